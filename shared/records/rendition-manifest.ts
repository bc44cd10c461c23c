import { z } from 'zod'
import { footageIdSchema } from '../footage/ids.ts'
import { posterSchema } from '../footage/renditions.ts'
import { sha256Schema } from '../footage/sha256.ts'
import { chunkResultSchema } from '../media/chunk-result.ts'

/** Which bytes a rendition was made from. */
const descent = {
  schemaVersion: z.literal(1),
  footageId: footageIdSchema,
  sourceSha256: sha256Schema,
}

/**
 * What one attempt made, stored after everything that it names: its arrival publishes the rest.
 * It is the proof of descent too: source hash, version and arguments of the tool, output hashes.
 */
export const manifestSchema = z.discriminatedUnion('work', [
  z.object({ ...descent, work: z.literal('poster'), poster: posterSchema }),
  z.object({
    ...descent,
    work: z.literal('chunk'),
    blobs: z.object({
      copy: z.string().optional(),
      proxy: z.string().optional(),
      storyboard: z.string().optional(),
    }),
    result: chunkResultSchema,
  }),
])
export type Manifest = z.infer<typeof manifestSchema>
