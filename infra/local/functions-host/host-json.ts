import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { parseTimeSpan } from './time-span.ts'

/** `hh:mm:ss` as the genuine host writes spans of time; milliseconds once parsed. */
const timeSpan = z.string().transform((text, context) => {
  const ms = parseTimeSpan(text)
  if (ms !== undefined) return ms
  context.addIssue({ code: 'custom', message: `expected hh:mm:ss, got "${text}"` })
  return z.NEVER
})

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
  /** `-1` is no limit; 30 minutes is the default of every plan but Consumption. */
  functionTimeout: z
    .union([z.literal('-1').transform(() => Number.POSITIVE_INFINITY), timeSpan])
    .default(30 * 60_000),
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
  const parsed = hostJsonSchema.safeParse(JSON.parse(await readFile(path, 'utf8')))
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
