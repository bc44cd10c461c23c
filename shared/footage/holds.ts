import { z } from 'zod'
import { unitSchema } from '../clearance/boroughs.ts'
import { oidSchema } from '../clearance/person.ts'

/** A named reason to keep a recording, until it is released. */
export const holdSchema = z.object({
  name: unitSchema.meta({
    description: 'the name of a hold: lower-case words joined by hyphens',
    examples: ['iopc-2026-114'],
  }),
  reason: z.string(),
  by: oidSchema,
  at: z.iso.datetime(),
})
export type Hold = z.infer<typeof holdSchema>

/** The holds with this one placed, or put in place of the one of the same name. */
export const withHold = (holds: readonly Hold[], hold: Hold): Hold[] => [
  ...withoutHold(holds, hold.name),
  hold,
]

/** The holds without the one of that name. */
export const withoutHold = (holds: readonly Hold[], name: string): Hold[] =>
  holds.filter((hold) => hold.name !== name)
