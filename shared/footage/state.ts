import { z } from 'zod'
import { BluelampError } from '../errors.ts'

/**
 * Where a recording stands.
 * - `expected`: a dock was given leave to upload it
 * - `landed`: its bytes lie in landing, not yet verified
 * - `mismatched`: its bytes were not what the dock declared; they are in quarantine, the dock sends again
 * - `secured`: verified and immutable; the camera may be wiped
 * - `rendering`: renditions are being made
 * - `ready`: every rendition that policy asks for is there
 * - `unplayable`: secured, but it cannot be decoded
 * - `disposing`: its time is over; its bytes are being erased, and nobody reaches it any more
 * - `disposed`: erased. What is left says under which rule, when, by whom, and what it was
 */
export const FOOTAGE_STATES = [
  'expected',
  'landed',
  'mismatched',
  'secured',
  'rendering',
  'ready',
  'unplayable',
  'disposing',
  'disposed',
] as const

export const footageStateSchema = z.enum(FOOTAGE_STATES).meta({
  description:
    'expected: may be uploaded; landed: arrived, not verified; mismatched: other bytes than declared; secured: verified and immutable; rendering: playable in part; ready: all is rendered; unplayable: secured, not to be decoded; disposing, disposed: erased',
  examples: ['ready'],
})
export type FootageState = z.infer<typeof footageStateSchema>

const NEXT: Record<FootageState, readonly FootageState[]> = {
  // Straight from expected to secured: the event of landing may be lost or late.
  expected: ['landed', 'secured', 'mismatched'],
  landed: ['secured', 'mismatched'],
  mismatched: ['landed', 'secured'],
  secured: ['rendering', 'unplayable', 'disposing'],
  // Back to secured: marked too high, what was rendered of it is erased.
  rendering: ['ready', 'unplayable', 'secured'],
  // Renditions can be made anew: the proxy at first view, or by a person's word.
  ready: ['rendering', 'secured', 'disposing'],
  unplayable: ['rendering', 'disposing'],
  disposing: ['disposed'],
  disposed: [],
}

/** Whether a recording in state `from` may come into state `to`. */
export const canBecome = (from: FootageState, to: FootageState): boolean => NEXT[from].includes(to)

/**
 * The state after a step, or an error if the step is not allowed.
 * @throws BluelampError `conflict`
 */
export function advance(from: FootageState, to: FootageState): FootageState {
  if (canBecome(from, to)) return to
  throw new BluelampError('conflict', `Footage that is ${from} cannot become ${to}.`)
}

/** Whether the bytes are verified and immutable, whatever can be made of them. */
export const isSecured = (state: FootageState): boolean =>
  state === 'secured' || state === 'rendering' || state === 'ready' || state === 'unplayable'

/** Whether a recording is gone for everyone, though its bytes may still be on their way out. */
export const isDisposed = (state: FootageState): boolean =>
  state === 'disposing' || state === 'disposed'
