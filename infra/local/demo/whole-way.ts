import { type Docked, dockAndWatch } from './dock-and-watch.ts'
import type { Stage } from './stage.ts'

const ORDER = ['expected', 'landed', 'secured', 'rendering', 'ready']
const UNVERIFIED = ['expected', 'landed', 'mismatched']

/** A sound recording goes from the dock to ready. */
export async function goTheWholeWay(
  stage: Stage,
  file: string,
): Promise<{ id: string; summary: string }> {
  const { checks } = stage
  const camera = { serial: 'BWV-DEMO-1', firmware: '1.0.0' }
  const references = [{ type: 'crime', value: '2412345/26' } as const]
  const docked = await dockAndWatch(stage, { file, camera, references }, ['ready', 'unplayable'])
  const states = statesOf(docked)
  checks.equal('the dock ends with', docked.outcome.outcome, 'secured')
  checks.holds(
    'the recording went',
    states[0] === 'expected' && states.at(-1) === 'ready' && inOrder(states),
    ORDER.join(' → '),
    states.join(' → '),
  )
  const tooEarly = docked.sightings.filter(
    ({ mayWipe, state }) => mayWipe && UNVERIFIED.includes(state),
  )
  const wipeable = docked.sightings.find(({ mayWipe }) => mayWipe)
  checks.holds(
    'the camera may be wiped',
    wipeable !== undefined && tooEarly.length === 0,
    'from secured on, not earlier',
    wipeable ? `from ${wipeable.state} on, after ${wipeable.at.toFixed(1)} s` : 'never',
  )
  const times = docked.sightings.map(({ state, at }) => `${state} ${at.toFixed(1)} s`)
  return { id: docked.id, summary: times.join(', ') }
}

const statesOf = ({ sightings }: Docked): string[] =>
  sightings.map(({ state }) => state).filter((state, at, all) => state !== all[at - 1])

/** Looking in from outside may miss a state that passes quickly, but never see them out of order. */
const inOrder = (states: string[]): boolean =>
  states.every((state, at) => ORDER.indexOf(state) > ORDER.indexOf(states[at - 1] ?? ''))
