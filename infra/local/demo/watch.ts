import { setTimeout as delay } from 'node:timers/promises'
import { DemoError } from './checks.ts'
import type { Stage } from './stage.ts'

/** Often enough to see the states that pass within a moment. */
const POLL_MS = 40
/** Longer than any state lasts for half a minute of footage, on a slow machine too. */
const LIMIT_SECONDS = 180

/** A state in the moment it was first seen. */
export type Sighting = { state: string; mayWipe: boolean; at: number }

/**
 * Watches a recording through the eyes of its dock until it is in one of the given states.
 * @throws DemoError if it does not come there in time
 */
export async function watchUntil(
  { client, station, seconds, say }: Stage,
  id: string,
  final: readonly string[],
): Promise<Sighting[]> {
  const sightings: Sighting[] = []
  const deadline = seconds() + LIMIT_SECONDS
  while (seconds() < deadline) {
    const status = await client.get<{ state: string; mayWipe: boolean }>(
      station.clientId,
      `/uploads/${id}`,
    )
    const { state, mayWipe } = status
    const last = sightings.at(-1)
    if (last?.state !== state || last.mayWipe !== mayWipe) {
      const at = seconds()
      sightings.push({ state, mayWipe, at })
      const wipe = mayWipe && !last?.mayWipe ? ': the camera may be wiped' : ''
      say(`  ${at.toFixed(1).padStart(5)} s  ${state}${wipe}`)
    }
    if (final.includes(state)) return sightings
    await delay(POLL_MS)
  }
  throw new DemoError(
    `Expected the recording to become ${final.join(' or ')} within ${LIMIT_SECONDS} s, seen ${sightings.map(({ state }) => state).join(' → ')}.`,
  )
}
