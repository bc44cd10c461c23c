import { z } from 'zod'
import { type Oid, officerSchema } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import {
  type CameraEntry,
  type CameraIssue,
  type Span,
  wearerAt,
  withIssue,
  withoutIssue,
} from '../footage/camera-issues.ts'
import { instantSchema } from '../footage/clock.ts'
import { EVER } from '../footage/index-keys.ts'
import type { Services } from '../services.ts'

/** Who wears a camera from the moment in the address on. */
export const issueRequestSchema = z.strictObject({
  officer: officerSchema,
  to: instantSchema.nullable().default(null).describe('null: still issued'),
})

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

/**
 * Enters or corrects an issue of a camera. Its recordings of the time concerned come onto the list
 * of those whose wearer is not known, or leave it.
 * @param ifMatch the ETag of the entry that was read; null for a camera that is new
 * @throws BluelampError `precondition-failed`; and what withIssue throws
 */
export async function issueCamera(
  services: Services,
  by: Oid,
  serial: string,
  issue: Pick<CameraIssue, 'from' | 'to' | 'officer'>,
  ifMatch: string | null,
): Promise<VersionedCamera> {
  const at = services.now().toISOString()
  const change = (issues: CameraIssue[]) => withIssue(issues, { ...issue, by, at })
  return changeIssues(services, by, serial, ifMatch, issue.from, change)
}

/**
 * Takes back an issue that never was.
 * @throws BluelampError `not-found` if none began at that moment; `precondition-failed`
 */
export async function withdrawIssue(
  services: Services,
  by: Oid,
  serial: string,
  from: string,
  ifMatch: string | null,
): Promise<VersionedCamera> {
  return changeIssues(services, by, serial, ifMatch, from, (issues) => {
    const left = withoutIssue(issues, from)
    if (left.length < issues.length) return left
    throw new BluelampError('not-found', 'The camera was not issued from that moment on.')
  })
}

async function changeIssues(
  services: Services,
  by: Oid,
  serial: string,
  ifMatch: string | null,
  from: string,
  change: (issues: CameraIssue[]) => CameraIssue[],
): Promise<VersionedCamera> {
  const { cameras } = services
  const before = (await cameras.find(serial))?.entry.issues ?? []
  const issues = change(before)
  if (!(await cameras.put(serial, { issues }, ifMatch, { by, cause: 'issued' }))) {
    throw new BluelampError(
      'precondition-failed',
      'The entry has changed, or is there already. Read it and send its ETag as If-Match.',
    )
  }
  const concerned = [...before, ...issues].filter(
    (one) => Date.parse(one.from) === Date.parse(from),
  )
  await recheckFootage(services, serial, concerned)
  return readCamera(services, serial)
}

/** Compares what recordings of a camera say of its wearer with its issues as they now are. */
async function recheckFootage(
  { cameras, catalogue, index, now }: Services,
  serial: string,
  spans: readonly Span[],
): Promise<void> {
  const begins = spans.map(({ from }) => Date.parse(from))
  const ends = spans.map(({ to }) => (to === null ? now().getTime() : Date.parse(to)))
  const from = new Date(Math.max(Math.min(...begins), Date.parse(EVER.from))).toISOString()
  const to = new Date(Math.max(...ends)).toISOString()
  const unassignedAt = async (at: string): Promise<boolean> =>
    wearerAt((await cameras.find(serial))?.entry.issues ?? [], at) === null
  for await (const { summary } of index.read({ by: 'camera', camera: serial }, { from, to })) {
    const { id, recordedAt } = summary
    const unassigned = await unassignedAt(recordedAt)
    if (summary.cameraUnassigned === unassigned) continue
    await catalogue.change(id, ({ clock, cameraUnassigned }) =>
      // A corrected time was looked at when it was corrected.
      clock.recordedAt !== recordedAt || cameraUnassigned === unassigned
        ? null
        : { cameraUnassigned: unassigned },
    )
  }
}
