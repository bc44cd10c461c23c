import { randomBytes } from 'node:crypto'
import type { Azurite } from '../../../infra/local/azurite.ts'
import { collectBuffersEarly } from '../../../shared/collect-buffers.ts'
import { readConfig } from '../../../shared/config.ts'
import { composeServices, type Services } from '../../../shared/services.ts'
import { connectStorage, type StorageClients } from '../../../shared/storage/clients.ts'
import { startStorage } from '../../contract/storage-fixture.ts'

/** The app's services in this process, and the bare clients of the same storage. */
export type BareServices = AsyncDisposable &
  Pick<StorageClients, 'container' | 'table'> & { services: Services; azurite: Azurite }

/** Starts storage of its own, and the services on it: no host, no events. */
export async function startServices(): Promise<BareServices> {
  // As an instance of the app does; what is measured beside it has the same.
  collectBuffersEarly()
  const { azurite, [Symbol.asyncDispose]: dispose } = await startStorage()
  const { connectionString } = azurite
  const { container, table } = connectStorage({ kind: 'connection-string', connectionString })
  return {
    services: servicesOn({
      FootageStorage: connectionString,
      AUTH_ISSUER: 'https://issuer.invalid/',
      AUTH_AUDIENCE: 'api://bench',
      AUTH_TENANT_ID: '00000000-0000-4000-8000-000000000000',
      AUTH_JWKS_URI: 'https://issuer.invalid/keys',
      SIGNING_KEY: randomBytes(32).toString('base64'),
    }),
    azurite,
    container,
    table,
    [Symbol.asyncDispose]: dispose,
  }
}

/** The services as the app composes them from these settings; what it logs is dropped. */
export function servicesOn(settings: Record<string, string>): Services {
  const unheard = () => {}
  const log = { info: unheard, warn: unheard, error: unheard }
  return { ...composeServices(readConfig(settings), () => new Date()), log }
}
