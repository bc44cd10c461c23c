import type { Hold } from './footage.ts'

/** The holds with this one placed, or put in place of the one of the same name. */
export const withHold = (holds: readonly Hold[], hold: Hold): Hold[] => [
  ...withoutHold(holds, hold.name),
  hold,
]

/** The holds without the one of that name. */
export const withoutHold = (holds: readonly Hold[], name: string): Hold[] =>
  holds.filter((hold) => hold.name !== name)
