import type { Footage, Part } from './footage.ts'
import type { PartName } from './ids.ts'

/** The part of that name, if the dock declared it. */
export const findPart = (footage: Footage, name: PartName): Part | undefined =>
  footage.parts.find(({ part }) => part === name)

/** The parts with one of them changed. */
export const withPart = (footage: Footage, changed: Part): Part[] =>
  footage.parts.map((part) => (part.part === changed.part ? changed : part))

/** Whether the dock has to send a part: for the first time, or again after a mismatch. */
export const isWanted = (part: Part): boolean =>
  part.state === 'expected' || part.state === 'mismatched'

/** A camera may be wiped when every part that was declared is verified and immutable. */
export const mayWipe = (footage: Footage): boolean =>
  footage.parts.every(({ state }) => state === 'secured')
