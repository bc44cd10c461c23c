import { z } from 'zod'

/**
 * Protective markings, lowest first (Government Security Classifications Policy). OFFICIAL-SENSITIVE
 * is a handling caveat of OFFICIAL; here it is a step of its own, as the vetting that it asks for is.
 */
export const MARKINGS = ['OFFICIAL', 'OFFICIAL-SENSITIVE', 'SECRET', 'TOP-SECRET'] as const

export const markingSchema = z.enum(MARKINGS).meta({
  description: 'protective marking; above OFFICIAL-SENSITIVE nothing is served here',
  examples: ['OFFICIAL-SENSITIVE'],
})
export type Marking = z.infer<typeof markingSchema>

/** Docks do not classify: what they send carries this marking until a person changes it. */
export const DEFAULT_MARKING: Marking = 'OFFICIAL-SENSITIVE'

/** Whether `a` is marked higher than `b`. */
export const isHigher = (a: Marking, b: Marking): boolean =>
  MARKINGS.indexOf(a) > MARKINGS.indexOf(b)

/** The highest marking that a public cloud is a place for. */
export const HIGHEST_SERVABLE: Marking = 'OFFICIAL-SENSITIVE'

/**
 * Whether footage so marked may be served from a public cloud at all. What is marked higher is
 * secured and isolated: refusing it would lose evidence, rendering it would spread it.
 */
export const isServable = (marking: Marking): boolean => !isHigher(marking, HIGHEST_SERVABLE)
