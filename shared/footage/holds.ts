import type { Footage, Hold } from './footage.ts'

/** Whether a recording may be disposed of, or the names of the holds that keep it. */
export type DisposalVerdict = { disposable: true } | { disposable: false; heldBy: string[] }

/**
 * Whether anything keeps a recording that its retention would let go. One hold is enough, whoever
 * asks and whatever the retention says: disposal must call this on the truth, in the same step in
 * which it takes the recording away.
 */
export function mayDispose({ holds }: Pick<Footage, 'holds'>): DisposalVerdict {
  if (holds.length === 0) return { disposable: true }
  return { disposable: false, heldBy: holds.map(({ name }) => name) }
}

/** The holds with this one placed, or put in place of the one of the same name. */
export const withHold = (holds: readonly Hold[], hold: Hold): Hold[] => [
  ...withoutHold(holds, hold.name),
  hold,
]

/** The holds without the one of that name. */
export const withoutHold = (holds: readonly Hold[], name: string): Hold[] =>
  holds.filter((hold) => hold.name !== name)
