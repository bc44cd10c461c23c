import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { parseTimeSpan } from './time-span.ts'

/** `hh:mm:ss` as the genuine host writes spans of time; milliseconds once parsed. */
const timeSpan = z.string().transform(toMilliseconds)

/** `-1` is no limit. */
const timeLimit = z
  .string()
  .transform((text, context) =>
    text === '-1' ? Number.POSITIVE_INFINITY : toMilliseconds(text, context),
  )

const queuesSchema = z
  .object({
    batchSize: z.int().min(1).max(32).default(16),
    newBatchThreshold: z.int().min(0).optional(),
    maxDequeueCount: z.int().min(1).default(5),
    /** How long a message that failed stays hidden. */
    visibilityTimeout: timeSpan.default(0),
    /** 2 s is the default in the Development environment, which ours always is; else a minute. */
    maxPollingInterval: timeSpan.default(2_000),
    messageEncoding: z.enum(['base64', 'none']).default('base64'),
  })
  .transform((queues) => ({
    ...queues,
    newBatchThreshold: queues.newBatchThreshold ?? Math.floor(queues.batchSize / 2),
  }))

const hostJsonSchema = z.object({
  version: z.literal('2.0'),
  /** 30 minutes is the default of every plan but Consumption. */
  functionTimeout: timeLimit.default(30 * 60_000),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
      queues: queuesSchema.prefault({}),
    })
    .prefault({}),
})

/** What of host.json this host follows; times in milliseconds. The rest is ignored. */
export type HostJson = z.infer<typeof hostJsonSchema>
export type QueueOptions = HostJson['extensions']['queues']

/** @throws Error naming the file and each field at fault. */
export async function readHostJson(appDirectory: string): Promise<HostJson> {
  const path = join(appDirectory, 'host.json')
  const text = await readFile(path, 'utf8')
  try {
    const parsed = hostJsonSchema.safeParse(JSON.parse(text))
    if (parsed.success) return parsed.data
    throw new Error(z.prettifyError(parsed.error))
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function toMilliseconds(text: string, context: z.RefinementCtx): number {
  const ms = parseTimeSpan(text)
  if (ms !== undefined) return ms
  context.addIssue({ code: 'custom', message: `expected hh:mm:ss, got "${text}"` })
  return z.NEVER
}
