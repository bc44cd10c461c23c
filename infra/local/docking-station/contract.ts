import { z } from 'zod'

/** What a dock sends of one recording: the footage first in name, its sidecars beside it. */
export const SIDECAR_KINDS = ['gps-track', 'event-log', 'settings'] as const
export type SidecarKind = (typeof SIDECAR_KINDS)[number]

const partNameSchema = z.enum(['recording', ...SIDECAR_KINDS])
export type PartName = z.infer<typeof partNameSchema>

/** Body of `POST /uploads`. Times are ISO 8601 in UTC, sizes bytes, hashes SHA-256 in hex. */
export type UploadManifest = {
  camera: { serial: string; firmware: string }
  sequence: number
  officer: string
  unit: string
  borough?: string
  dockSite: string
  /** `recordingStartedAt` and `deviceAt` by the device's clock, `dockAt` by the dock's at the same moment. */
  clock: { recordingStartedAt: string; deviceAt: string; dockAt: string }
  durationSeconds: number
  /** `sha256: null` says that the device cannot hash. */
  recording: { size: number; sha256: string | null; contentType: string }
  references: Reference[]
  category?: string
  urgent?: boolean
  sidecars: { kind: SidecarKind; size: number; sha256: string; contentType: string }[]
}

/** What ties the recording to police work. */
export type Reference = { type: 'incident' | 'crime' | 'case-urn' | 'exhibit'; value: string }

/** Answer of `POST /uploads`: 201 when new, 200 when this recording was declared before. */
export const openedUploadSchema = z.object({
  id: z.string(),
  state: z.string(),
  mayWipe: z.boolean(),
  blockSize: z.int().positive(),
  uploads: z.array(z.object({ part: partNameSchema, url: z.url(), expiresAt: z.iso.datetime() })),
})
export type OpenedUpload = z.infer<typeof openedUploadSchema>

/** Answer of `GET /uploads/{id}`. */
export const uploadStatusSchema = z.object({
  id: z.string(),
  state: z.string(),
  mayWipe: z.boolean(),
  sendAgain: z.array(partNameSchema),
  parts: z.array(
    z.object({
      part: partNameSchema,
      state: z.enum(['expected', 'landed', 'secured', 'mismatched']),
      problem: z.string().optional(),
      /** How many sendings of it have not been as declared; tells a new verdict from the last. */
      mismatches: z.int().nonnegative().optional(),
    }),
  ),
})
export type UploadStatus = z.infer<typeof uploadStatusSchema>

/** Answer of `GET /uploads/{id}/blocks`: what storage holds of a part that is not yet committed. */
export const stagedBlocksSchema = z.object({
  blocks: z.array(z.object({ id: z.base64(), size: z.int().nonnegative() })),
})

/** RFC 9457, as far as a dock shows it. */
export const problemSchema = z.object({
  title: z.string(),
  detail: z.string().optional(),
  errors: z.unknown().optional(),
})
export type Problem = z.infer<typeof problemSchema>
