import { z } from 'zod'

const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({
    description: 'SHA-256, lower-case hexadecimal',
    examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  })

/** One media segment: `bytes` long, directly after the one before it. */
const segmentSchema = z.object({
  durationSeconds: z.number().positive(),
  bytes: z.int().positive(),
  /** Whether it starts with a keyframe, so that playback can start in it. */
  independent: z.boolean(),
})
export type Segment = z.infer<typeof segmentSchema>

/** One finished fragmented MP4 file: initialisation section, then the segments. */
export const streamOutputSchema = z.object({
  /** RFC 6381, e.g. `avc1.64001f,mp4a.40.2`. */
  codecs: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  bytes: z.int().positive(),
  sha256: sha256Schema,
  initBytes: z.int().positive(),
  segments: z.array(segmentSchema).min(1),
  /** Pictures, and the SHA-256 over the bytes of their packets in decoding order. */
  video: z.object({ packets: z.int().positive(), bytes: z.int(), sha256: sha256Schema }),
  audio: z.object({ packets: z.int().nonnegative(), samples: z.int().nonnegative() }).nullable(),
  /** First moment shown and first moment after the last picture, in seconds of the recording. */
  startSeconds: z.number(),
  endSeconds: z.number(),
})
export type StreamOutput = z.infer<typeof streamOutputSchema>

/** One sheet of small pictures; tile n shows the recording at `startSeconds + n × interval`. */
export const storyboardOutputSchema = z.object({
  bytes: z.int().positive(),
  sha256: sha256Schema,
  tiles: z.int().positive(),
  columns: z.int().positive(),
  tileWidth: z.int().positive(),
  tileHeight: z.int().positive(),
  intervalSeconds: z.number().positive(),
  startSeconds: z.number(),
  endSeconds: z.number(),
})
export type StoryboardOutput = z.infer<typeof storyboardOutputSchema>

/**
 * That every picture of a stream copy was compared with its packet in the original when it was made.
 * - `raw`: the packets are the same bytes
 * - `annex-b`: the same NAL units, apart from parameter sets and delimiters, which MP4 keeps elsewhere
 */
export const descentSchema = z.object({
  form: z
    .enum(['raw', 'annex-b'])
    .describe(
      'raw: the same bytes; annex-b: the same NAL units, but for parameter sets and delimiters',
    ),
  packets: z.int().nonnegative().describe('pictures that were compared'),
})
export type Descent = z.infer<typeof descentSchema>

/** What became of a chunk. Stored as JSON beside the plan; playlists are made of these alone. */
export const chunkResultSchema = z.object({
  version: z.literal(1),
  index: z.int().nonnegative(),
  copy: streamOutputSchema.nullable(),
  proxy: streamOutputSchema.nullable(),
  storyboard: storyboardOutputSchema.nullable(),
  /** Why there is no sheet though one was wanted; null: there is, or none was wanted. */
  noStoryboard: z.string().nullable().default(null),
  /** Null where pictures were encoded anew, or no copy was made. */
  descent: descentSchema.nullable().default(null),
  /** How it was made: version of ffmpeg and its arguments, without addresses and paths. */
  tool: z.object({ version: z.string(), arguments: z.array(z.string()) }),
  /** Bytes of the recording that were read for it. */
  bytesRead: z.int().nonnegative(),
})
export type ChunkResult = z.infer<typeof chunkResultSchema>
