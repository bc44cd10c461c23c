import { type Azurite, startAzurite } from '../../infra/local/azurite.ts'
import { provision } from '../../infra/local/provision.ts'
import { readTopology } from '../../infra/topology.ts'
import { connectStorage, type StorageClients } from '../../shared/storage/clients.ts'

/** A storage account of its own, with everything that the topology declares in it. */
export type TestStorage = AsyncDisposable & { azurite: Azurite; clients: StorageClients }

export async function startStorage(): Promise<TestStorage> {
  const azurite = await startAzurite()
  const { connectionString } = azurite
  await provision(readTopology(), connectionString)
  return {
    azurite,
    clients: connectStorage({ kind: 'connection-string', connectionString }),
    [Symbol.asyncDispose]: () => azurite.dispose(),
  }
}
