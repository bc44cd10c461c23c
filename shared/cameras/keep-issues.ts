import { z } from 'zod'
import { officerSchema } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import {
  type CameraEntry,
  type CameraIssue,
  cameraEntrySchema,
  withIssue,
  withoutIssue,
} from '../footage/camera-issues.ts'
import { instantSchema } from '../footage/clock.ts'
import { pathTextSchema } from '../path-text.ts'
import { registerReasonShape, requireReason } from '../records/reason.ts'
import { type Author, registerChangeSchema } from '../records/register-change.ts'
import type { Services } from '../services.ts'
import type { ChangeAuthor } from './file-by-wearer.ts'
import { refile } from './refile.ts'

/** The moment from which on a camera was worn, as it stands in a path. */
export const issueMomentSchema = pathTextSchema.pipe(instantSchema).meta({
  description: 'the moment from which on it was worn, ISO 8601 with its offset',
  examples: ['2026-11-01T08:00:00Z'],
})

/** Who wears a camera from the moment in the address on. */
export const issueRequestSchema = z.strictObject({
  officer: officerSchema,
  to: instantSchema.nullable().default(null).describe('null: still issued'),
  ...registerReasonShape,
})

/** Why an issue is taken back. */
export const withdrawalRequestSchema = z.strictObject(registerReasonShape)

/** What the register says of a camera, with the version that it has. */
export type VersionedCamera = { entry: CameraEntry; etag: string }

/**
 * What the register says of a camera.
 * @throws BluelampError `not-found`
 */
export async function readCamera({ cameras }: Services, serial: string): Promise<VersionedCamera> {
  const found = await cameras.find(serial)
  if (found) return found
  throw new BluelampError('not-found', 'The register has no such camera.')
}

/** Every change of a camera's issues, first one first, and whether the hash chain of them is whole. */
export const cameraHistorySchema = z.object({
  items: z.array(registerChangeSchema.extend({ entry: cameraEntrySchema })),
  whole: z.boolean(),
})

/**
 * Every change of what the register says of a camera, and whether the chain of them is whole.
 * @throws BluelampError `not-found`
 */
export async function readCameraHistory(
  { cameras }: Services,
  serial: string,
): Promise<z.infer<typeof cameraHistorySchema>> {
  const { changes, whole } = await cameras.history(serial)
  if (changes.length > 0) return { items: changes, whole }
  throw new BluelampError('not-found', 'The register has no such camera.')
}

/**
 * Enters or corrects an issue of a camera. Its recordings of the time concerned are filed under whoever
 * wore it by that, or come onto the list of those whose wearer is not known. If that is cut off, doing
 * it again finishes it.
 * @param ifMatch the ETag of the entry that was read; null for a camera that is new
 * @throws BluelampError `precondition-failed`; `invalid-request` without a reason, where policy asks
 *   for one; and what withIssue throws
 */
export async function issueCamera(
  services: Services,
  author: ChangeAuthor,
  serial: string,
  issue: Pick<CameraIssue, 'from' | 'to' | 'officer'>,
  ifMatch: string | null,
): Promise<VersionedCamera> {
  const at = services.now().toISOString()
  const change = (issues: CameraIssue[]) => withIssue(issues, { ...issue, by: author.by, at })
  const issued = { serial, from: issue.from, ifMatch }
  return changeIssues(services, { ...author, cause: 'issued' }, issued, change)
}

/**
 * Takes back an issue that never was.
 * @throws BluelampError `not-found` if none began at that moment; `precondition-required` or
 *   `precondition-failed` for no or an old version; `invalid-request` without a reason, where policy asks for one
 */
export async function withdrawIssue(
  services: Services,
  author: ChangeAuthor,
  serial: string,
  from: string,
  ifMatch: string | null,
): Promise<VersionedCamera> {
  if (ifMatch === null) {
    const message = 'Read the camera and send its ETag as If-Match.'
    throw new BluelampError('precondition-required', message)
  }
  const withdrawn = { serial, from, ifMatch }
  return changeIssues(services, { ...author, cause: 'withdrawn' }, withdrawn, (issues) => {
    const left = withoutIssue(issues, from)
    if (left.length < issues.length) return left
    throw new BluelampError('not-found', 'The camera was not issued from that moment on.')
  })
}

async function changeIssues(
  services: Services,
  { cause, ...author }: ChangeAuthor & Pick<Author, 'cause'>,
  { serial, from, ifMatch }: { serial: string; from: string; ifMatch: string | null },
  change: (issues: CameraIssue[]) => CameraIssue[],
): Promise<VersionedCamera> {
  const { cameras } = services
  const reason = requireReason(
    services.config,
    author,
    'Say why you change the register of cameras.',
  )
  const before = (await cameras.find(serial))?.entry.issues ?? []
  const issues = change(before)
  const entered = { by: author.by, cause, ...(reason !== undefined && { reason }) }
  if (!(await cameras.put(serial, { issues }, ifMatch, entered))) {
    throw new BluelampError(
      'precondition-failed',
      'The entry has changed, or is there already. Read it and send its ETag as If-Match.',
    )
  }
  const concerned = [...before, ...issues].filter(
    (one) => Date.parse(one.from) === Date.parse(from),
  )
  await refile(services, serial, concerned, author)
  return readCamera(services, serial)
}
