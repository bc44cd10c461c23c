import { z } from 'zod'
import { footageIdSchema, partNameSchema } from '../footage/ids.ts'

/**
 * The messages of every queue. A schema version in each lets a new release read what an old one
 * sent. No field is called `id`: the host would let it hide the id of the message itself.
 */
const v1 = { schemaVersion: z.literal(1) }

/** The renditions that one run over a chunk can make. */
export const chunkRenditionSchema = z.enum(['copy', 'proxy', 'storyboard'])
export type ChunkRendition = z.infer<typeof chunkRenditionSchema>

export const MESSAGES = {
  'secure-footage': z.object({
    ...v1,
    footageId: footageIdSchema,
    part: partNameSchema,
    etag: z.string(),
  }),
  'plan-renditions': z.object({
    ...v1,
    footageId: footageIdSchema,
    redrive: z.boolean().describe('by a person’s word, also where it was given up'),
  }),
  'make-poster': z.object({ ...v1, footageId: footageIdSchema }),
  'render-chunk': z.object({
    ...v1,
    footageId: footageIdSchema,
    chunk: z.int().nonnegative(),
    renditions: z.array(chunkRenditionSchema).min(1),
  }),
  'index-rendition': z.object({ ...v1, footageId: footageIdSchema, manifest: z.string() }),
} as const

export type QueueName = keyof typeof MESSAGES
export type Message<Q extends QueueName> = z.infer<(typeof MESSAGES)[Q]>

/** All work queues. Declared in infra/topology.json; a test compares them. */
export const QUEUES = Object.keys(MESSAGES) as QueueName[]
