import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Azurite } from '../../../infra/local/azurite.ts'
import type { DockRequest } from '../../../infra/local/docking-station/dock-recording.ts'
import { startOpenIdIssuer } from '../../../infra/local/openid-issuer/openid-issuer.ts'
import { sampleDocks } from '../../../infra/local/sample-people.ts'
import { type FakeApp, startFakeApp } from './fake-app.ts'
import { type StorageGate, startStorageGate } from './storage-gate.ts'

export const BLOCK_SIZE = 64 * 1024

/** A dock, its app and its storage, with a folder for its files. */
export type DockingFixture = {
  app: FakeApp
  gate: StorageGate
  directory: string
  station: DockRequest['station']
  /** A recording of random bytes. */
  newRecording(bytes: number, name?: string): Promise<{ file: string; bytes: Buffer }>
  dispose(): Promise<void>
}

/** Everything around a dock for one test, on an Azurite that the tests of a file share. */
export async function startDocking(azurite: Azurite): Promise<DockingFixture> {
  const [dock] = sampleDocks
  if (!dock) throw new Error('the sample data has no dock')
  const directory = await mkdtemp(join(tmpdir(), 'docking-'))
  const issuer = await startOpenIdIssuer({
    tenantId: 'e7f1a1de-1f2c-4b3a-9c68-0f6f3a1b2c3d',
    audience: 'api://bluelamp',
    people: [],
    docks: sampleDocks,
  })
  const gate = await startStorageGate(new URL(azurite.blobUrl).origin)
  const app = await startFakeApp({
    connectionString: azurite.connectionString,
    storageOrigin: gate.origin,
    issuer,
    blockSize: BLOCK_SIZE,
  })
  return {
    app,
    gate,
    directory,
    station: {
      api: app.api,
      tokenEndpoint: issuer.tokenEndpoint,
      clientId: dock.clientId,
      clientSecret: dock.secret,
      scope: issuer.scope,
      site: dock.site,
      stateDirectory: join(directory, 'state'),
    },
    newRecording: async (size, name = 'clip.mp4') => {
      const bytes = randomBytes(size)
      const file = join(directory, name)
      await writeFile(file, bytes)
      return { file, bytes }
    },
    dispose: async () => {
      await Promise.all([app.dispose(), gate.dispose(), issuer.dispose()])
      await rm(directory, { recursive: true })
    },
  }
}
