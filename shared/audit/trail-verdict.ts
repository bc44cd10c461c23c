import { z } from 'zod'
import { sha256Schema } from '../footage/sha256.ts'
import { CHAIN_BREAKS } from './verify-chain.ts'

/**
 * How an anchor contradicts a chain: entries that it vouches for are gone, or were written anew; or
 * what it is made of does not hold: the proof that the head is in it, or its timestamp.
 */
const ANCHOR_BREAKS = ['truncated', 'rewritten', 'proof', 'token'] as const
export type AnchorBreak = (typeof ANCHOR_BREAKS)[number]

/** The first of the entries that were written, as was noted of them, and are not there any more. */
export const MISSING = 'missing'

/** Up to where a chain is vouched for, by which anchor, and when that was timestamped. */
const anchoredSchema = z.object({
  upTo: z.int().positive().describe('the last entry that is vouched for'),
  anchor: z.int().positive().describe('by the anchor of this number'),
  at: z.iso.datetime(),
  timestamp: z
    .object({
      at: z.iso.datetime(),
      authority: z.string(),
      trusted: z.boolean().describe('its certificate was checked as well'),
    })
    .nullable()
    .describe('null: the authority has not answered yet'),
})
export type Anchored = z.infer<typeof anchoredSchema>

/** What the verification of a trail found. */
export const trailVerdictSchema = z
  .discriminatedUnion('whole', [
    z.object({
      whole: z.literal(true),
      entries: z.int().nonnegative(),
      head: sha256Schema.describe('the hash of the last entry'),
      anchored: anchoredSchema.nullable().describe('null: nothing of it has been anchored yet'),
      unanchored: z
        .object({ from: z.int().positive(), since: z.iso.datetime() })
        .nullable()
        .describe('the entries since: their chain alone vouches for them until the next anchor'),
    }),
    z.object({
      whole: z.literal(false),
      entries: z.int().nonnegative(),
      brokenAt: z
        .int()
        .positive()
        .describe(
          'the first entry that is missing or not as it was written, as far as can be told',
        ),
      because: z
        .enum([...CHAIN_BREAKS, ...ANCHOR_BREAKS, MISSING])
        .describe('what does not hold there'),
      anchor: z.int().positive().nullable().describe('the anchor that shows it, where one does'),
      provenUpTo: z
        .int()
        .nonnegative()
        .describe('up to here an anchor proves that all is unchanged'),
    }),
  ])
  .meta({ id: 'TrailVerdict' })
export type TrailVerdict = z.infer<typeof trailVerdictSchema>
