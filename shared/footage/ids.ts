import { v7 } from 'uuid'
import { z } from 'zod'

/** Identifies a recording for life. A UUIDv7 (RFC 9562): ordered by time, not guessable. */
export const footageIdSchema = z
  .uuidv7()
  .brand<'FootageId'>()
  .meta({
    description: 'the id of a recording, a UUIDv7',
    examples: ['019ab4ea-7c40-7d1e-9f3a-2b6c8d0e4f51'],
  })
export type FootageId = z.infer<typeof footageIdSchema>

/** An answer that says no more than which recording it is about. */
export const onlyIdSchema = z.object({ id: footageIdSchema })

/** Allocates the id of a new recording. */
export const newFootageId = (): FootageId => footageIdSchema.parse(v7())

/** What a dock may upload beside the recording itself. */
export const SIDECAR_KINDS = ['gps-track', 'event-log', 'settings'] as const

/** The parts of a recording as uploaded: the footage itself and its sidecars. */
export const partNameSchema = z
  .enum(['recording', ...SIDECAR_KINDS])
  .describe('the recording itself, or a sidecar of it')
export type PartName = z.infer<typeof partNameSchema>

/** The blob that holds a part, in the landing container and, once verified, among the originals. */
export const partBlobName = (id: FootageId, part: PartName): string => `${id}/${part}`

/** The id and part that a landing or original blob belongs to, or null for a foreign name. */
export function parsePartBlobName(blobName: string): { id: FootageId; part: PartName } | null {
  const [id, part, ...rest] = blobName.split('/')
  const parsed = z.object({ id: footageIdSchema, part: partNameSchema }).safeParse({ id, part })
  return parsed.success && rest.length === 0 ? parsed.data : null
}

/** The blob beside an original from which its rows in the tables can be rebuilt. */
export const metadataBlobName = (id: FootageId): string => `${id}/metadata.json`

/**
 * The blob in quarantine that keeps the bytes of one failed attempt to upload a part. The ETag that
 * they had in landing names the attempt: whoever keeps them again finds them kept, and the bytes of
 * another attempt never take their place.
 */
export const quarantineBlobName = (id: FootageId, part: PartName, landedEtag: string): string =>
  `${id}/${part}/${landedEtag.replace(/[^0-9A-Za-z]/g, '')}`

/** The kinds of playable renditions: the full-quality copy and the low-bandwidth proxy. */
export const PLAYABLE_KINDS = ['copy', 'proxy'] as const
export type PlayableKind = (typeof PLAYABLE_KINDS)[number]

/** The renditions that one run over a chunk can make. */
export const chunkRenditionSchema = z.enum(['copy', 'proxy', 'storyboard'])
export type ChunkRendition = z.infer<typeof chunkRenditionSchema>

/** Digits of a chunk number in names: 10,000 chunks are some 800 hours. */
const CHUNK_DIGITS = 4

/** A chunk number as it stands in names, so that they sort in playing order. */
export const chunkName = (chunk: number): string => String(chunk).padStart(CHUNK_DIGITS, '0')

/** The blob that keeps how a recording is to be rendered. */
export const planBlobName = (id: FootageId): string => `${id}/plan.json`

/** The blob that keeps the keyframes that were noted while a recording was secured. */
export const keyframesBlobName = (id: FootageId): string => `${id}/keyframes.json`

/** The same while the securing of a long recording goes from one worker to the next. */
export const unfinishedKeyframesBlobName = (id: FootageId): string =>
  `${id}/keyframes.unfinished.json`

/**
 * A blob that one attempt at rendering makes. The attempt is in the name, so that a worker which
 * was given up for dead can never overwrite what another has published.
 */
export const renditionBlobName = (
  id: FootageId,
  work: string,
  attempt: string,
  file: string,
): string => `${id}/${work}/${attempt}.${file}`

const MANIFEST_FILE = 'manifest.json'

/** The blob whose arrival publishes what one attempt made. */
export const manifestBlobName = (id: FootageId, work: string, attempt: string): string =>
  renditionBlobName(id, work, attempt, MANIFEST_FILE)

/** Whether a blob publishes others. The event subscription filters by the same ending. */
export const isManifest = (blobName: string): boolean => blobName.endsWith(`.${MANIFEST_FILE}`)
