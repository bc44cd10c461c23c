import { writeFile } from 'node:fs/promises'
import type { LocalSystem } from '../local-system.ts'
import { sampleDocks } from '../sample-people.ts'

/** Writes down whom a docking station on this machine talks to, and as which dock. */
export async function writeEndpoints(
  file: string,
  { api, issuer }: Pick<LocalSystem, 'api' | 'issuer'>,
): Promise<void> {
  const [dock] = sampleDocks
  if (!dock) throw new Error('sample-people.json has no dock.')
  const { clientId, secret, site } = dock
  const endpoints = {
    api,
    tokenEndpoint: issuer.tokenEndpoint,
    dock: { clientId, clientSecret: secret, site, scope: issuer.scope },
  }
  await writeFile(file, `${JSON.stringify(endpoints, null, 2)}\n`)
}
