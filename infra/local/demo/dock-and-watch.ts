import {
  type DockOutcome,
  type DockRequest,
  dockRecording,
} from '../docking-station/dock-recording.ts'
import { DemoError } from './checks.ts'
import type { Stage } from './stage.ts'
import { type Sighting, watchUntil } from './watch.ts'

/** How often the dock asks after its upload; a real one is in no such hurry. */
const POLL_INTERVAL_MS = 100

/** Whose camera is docked: the wearer's of sample-people.json. */
const WEARER = { officer: 'P214567', unit: 'camden-response-1', borough: 'camden' }

export type Docked = { id: string; outcome: DockOutcome; sendings: number; sightings: Sighting[] }

/**
 * Docks a recording as a docking station does, and watches it until it is in one of these states.
 * @throws DemoError if the app will not have it, or it does not come there
 */
export async function dockAndWatch(
  stage: Stage,
  recording: Pick<DockRequest, 'file' | 'camera'> & Partial<DockRequest>,
  final: readonly string[],
): Promise<Docked> {
  const declared = Promise.withResolvers<string>()
  let sendings = 1
  const docking = dockRecording(
    { ...WEARER, ...recording, station: stage.station },
    {
      pollIntervalMs: POLL_INTERVAL_MS,
      onProgress(progress) {
        if (progress.step === 'declared') declared.resolve(progress.id)
        if (progress.step === 'sending-again') sendings += 1
      },
    },
  )
  docking.then((outcome) => {
    if (outcome.outcome !== 'refused') return
    const { status, problem } = outcome
    declared.reject(
      new DemoError(`Expected the app to take the recording, seen ${status} ${problem.title}.`),
    )
  }, declared.reject)
  const watching = declared.promise.then((id) => watchUntil(stage, id, final))
  const [id, outcome, sightings] = await Promise.all([declared.promise, docking, watching])
  return { id, outcome, sendings, sightings }
}
