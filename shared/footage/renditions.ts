import { z } from 'zod'
import { sha256Schema } from './sha256.ts'

const count = z.int().nonnegative()

/** How far a rendition has come. `deferred`: made at first view. */
export const renditionProgressSchema = z.object({
  kind: z.enum(['copy', 'proxy']).describe('the master as it is, or a smaller proxy of it'),
  state: z
    .enum(['deferred', 'rendering', 'ready', 'failed'])
    .describe('deferred: made at first view'),
  chunks: count.describe('of which it is made'),
  finished: count.describe('chunks that can be played'),
  failure: z.string().optional(),
  atFirstView: z
    .literal(true)
    .optional()
    .describe('policy left it for the first viewer: the recording is ready without it'),
})
export type RenditionProgress = z.infer<typeof renditionProgressSchema>

/** The picture that stands for a recording in a result list. */
export const posterSchema = z.object({
  blob: z.string(),
  sha256: sha256Schema,
  width: count,
  height: count,
  atSeconds: z.number().nonnegative().describe('from the start of the recording'),
  tool: z
    .object({ version: z.string(), arguments: z.array(z.string()) })
    .optional()
    .describe('how it was made; absent in older posters'),
})
