import { z } from 'zod'
import { chunkRenditionSchema, footageIdSchema, partNameSchema } from '../footage/ids.ts'
import { askedBreakGlassSchema } from '../records/break-glass.ts'
import { packageIdSchema } from '../records/evidence-package.ts'

/**
 * The messages of every queue. A schema version in each lets a new release read what an old one
 * sent. No field is called `id`: the host would let it hide the id of the message itself.
 */
const v1 = {
  schemaVersion: z.literal(1),
  attempt: z.int().positive().optional().describe('counted from 1; absent: the first'),
}

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
  'dispose-footage': z.object({ ...v1, footageId: footageIdSchema }),
  'make-package': z.object({ ...v1, footageId: footageIdSchema, package: packageIdSchema }),
  'hear-break-glass': askedBreakGlassSchema.extend(v1),
} as const

export type QueueName = keyof typeof MESSAGES
export type Message<Q extends QueueName> = z.infer<(typeof MESSAGES)[Q]>
/** What a message of a queue asks for, whatever version of it says so. */
export type Work<Q extends QueueName> = Omit<Message<Q>, 'schemaVersion'>

/**
 * Storage queues know no priority: work that footage must wait for has a second queue beside the
 * first, with listeners of its own, so that it never stands behind a shift's worth of the other.
 */
const LANES = ['ordinary', 'urgent'] as const
export type Lane = (typeof LANES)[number]

/** Publishing what is finished is quick, whatever it is of; no footage waits for the others. */
const SINGLE_LANE: readonly QueueName[] = [
  'index-rendition',
  'dispose-footage',
  'make-package',
  'hear-break-glass',
]

/** The queue in storage that carries this work in this lane. */
export const laneQueue = (queue: QueueName, lane: Lane): string =>
  lane === 'urgent' && !SINGLE_LANE.includes(queue) ? `${queue}-urgent` : queue

/** Where the host puts what failed five times. */
export const poisonOf = (queueName: string): string => `${queueName}-poison`

/** The lanes that this work has. */
export const lanesOf = (queue: QueueName): readonly Lane[] =>
  SINGLE_LANE.includes(queue) ? ['ordinary'] : LANES

/** All kinds of work. Their queues are declared in infra/topology.json; a test compares them. */
export const QUEUES = Object.keys(MESSAGES) as QueueName[]
