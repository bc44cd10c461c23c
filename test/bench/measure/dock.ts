import path from 'node:path'
import { dockRecording } from '../../../infra/local/docking-station/dock-recording.ts'
import { sampleDocks, samplePeople } from '../../../infra/local/sample-people.ts'
import type { Bench } from '../harness/row.ts'
import type { FreshSystem } from './fresh-system.ts'

/**
 * Docks a recording as a docking station does, and resolves with its id when the camera may be wiped.
 * @throws Error for any other outcome
 */
export async function dock(
  { tools }: Bench,
  { system, folder }: FreshSystem,
  file: string,
  signal: AbortSignal,
): Promise<string> {
  const [station] = sampleDocks
  const [person] = samplePeople
  if (!station || !person) throw new Error('There is no sample dock or person.')
  const { officer, unit, borough } = person.register
  const outcome = await dockRecording(
    {
      file,
      officer,
      unit,
      ...(borough && { borough }),
      camera: { serial: 'VB4-BENCH', firmware: '1' },
      station: {
        api: system.api,
        tokenEndpoint: system.issuer.tokenEndpoint,
        scope: system.issuer.scope,
        clientId: station.clientId,
        clientSecret: station.secret,
        site: station.site,
        stateDirectory: path.join(folder, 'dock'),
        ffprobePath: tools.ffprobe,
      },
    },
    { signal },
  )
  if (outcome.outcome === 'secured') return outcome.id
  throw new Error(`It was not secured: ${JSON.stringify(outcome)}`)
}
