import { z } from 'zod'

/** Strikes the next so many events for certain, and each other event with the given probability. */
const chance = z.strictObject({
  next: z.int().nonnegative().default(0),
  rate: z.number().min(0).max(1).default(0),
})

/** Faults of one subscription. All are off by default. Milliseconds are real ones, never scaled. */
export const faultsSchema = z.strictObject({
  /** The event is never delivered, and no dead letter tells of it. */
  drop: chance.prefault({}),
  /** The event is delivered twice, at once. */
  duplicate: chance.prefault({}),
  /** The first attempt waits for a time drawn from this range. */
  delayMs: z
    .tuple([z.number().nonnegative(), z.number().nonnegative()])
    .refine(([least, most]) => least <= most, { error: 'expected [least, most]' })
    .default([0, 0]),
  /** So many events are gathered and delivered one after the other, the last first; 0 is off. */
  reorder: z
    .strictObject({
      gather: z.int().nonnegative().default(0),
      /** Fewer are released after this time. */
      withinMs: z.number().positive().default(1_000),
    })
    .prefault({}),
})

export type Faults = z.output<typeof faultsSchema>

/** What the faults make of one event. */
export type Fate = {
  /** 0 for a dropped event, 2 for a duplicated one. */
  copies: 0 | 1 | 2
  delayMs: number
  /** The faults that remain: those for the "next" events are used up. */
  remaining: Faults
}

/** @param random draws from 0 to below 1 */
export function strike(faults: Faults, random: () => number): Fate {
  const drop = draw(faults.drop, random)
  // A dropped event uses up none of the duplications.
  const duplicate = drop.struck
    ? { struck: false, remaining: faults.duplicate }
    : draw(faults.duplicate, random)
  const [least, most] = faults.delayMs
  return {
    copies: drop.struck ? 0 : duplicate.struck ? 2 : 1,
    delayMs: least + random() * (most - least),
    remaining: { ...faults, drop: drop.remaining, duplicate: duplicate.remaining },
  }
}

type Chance = Faults['drop']

function draw({ next, rate }: Chance, random: () => number) {
  if (next > 0) return { struck: true, remaining: { next: next - 1, rate } }
  return { struck: random() < rate, remaining: { next, rate } }
}
