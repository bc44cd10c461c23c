import { z } from 'zod'
import type { Caller } from '../access/authenticate.ts'
import { DEFAULT_MARKING } from '../clearance/marking.ts'
import { BluelampError } from '../errors.ts'
import type { CameraIssue } from '../footage/camera-issues.ts'
import { measureClock, type RecordedClock } from '../footage/clock.ts'
import { type Footage, footageSchema } from '../footage/footage.ts'
import { type FootageId, newFootageId, partNameSchema } from '../footage/ids.ts'
import { isWanted, mayWipe, type Part } from '../footage/parts.ts'
import type { Services } from '../services.ts'
import { signedUrlSchema } from '../storage/sas.ts'
import type { Catalogue } from '../storage/tables/catalogue.ts'
import { claimsSameBytes } from '../storage/tables/upload-claims.ts'
import type { UploadRequest } from './upload-request.ts'
import { planWearer } from './wearer.ts'

/** 8 MiB: a lost block costs little, and 50,000 of them hold any recording. */
const BLOCK_BYTES = 8 * 1024 * 1024

/** What a dock needs to send the parts that are still wanted. */
export const openedUploadSchema = footageSchema
  .pick({ id: true, state: true })
  .extend({
    mayWipe: z.boolean().describe('whether the camera may be wiped'),
    blockSize: z.int().positive().describe('of the blocks to send, bytes'),
    uploads: z
      .array(signedUrlSchema.extend({ part: partNameSchema }))
      .describe('where to send each part that is still wanted'),
  })
  .meta({ id: 'OpenedUpload' })
export type OpenedUpload = z.infer<typeof openedUploadSchema>

/**
 * Gives a dock leave to upload a recording. Asking again for the same camera, sequence number and
 * bytes gives the same recording back, with fresh URLs for what is still wanted.
 * @throws BluelampError `conflict` if that number stands for other bytes, or may do so: another dock
 *   declared them and no hash proves that they are the same
 */
export async function openUpload(
  services: Services,
  dock: Caller,
  request: UploadRequest,
): Promise<{ created: boolean; upload: OpenedUpload }> {
  const { catalogue, claims, landing, cameras, now } = services
  const { sha256, size } = request.recording
  const wanted = { footageId: newFootageId(), sha256, size }
  const claim = await claims.claim(request.camera.serial, request.sequence, wanted)
  if (!claimsSameBytes(claim, wanted)) throw otherBytes(request)
  const clock = measureClock(request.clock, now())
  const declared = expectedFootage(claim.footageId, dock, request, clock)
  const issues = (await cameras.find(request.camera.serial))?.entry.issues ?? []
  const footage = await filedByWearer(services, declared, issues)
  const created = await catalogue.add(footage)
  const current = created ? footage : await takeOver(catalogue, claim.footageId, dock, request)
  const uploads = current.parts.filter(isWanted).map(async ({ part }) => ({
    part,
    ...(await landing.signUpload(current.id, part)),
  }))
  return {
    created,
    upload: {
      id: current.id,
      state: current.state,
      mayWipe: mayWipe(current),
      blockSize: BLOCK_BYTES,
      uploads: await Promise.all(uploads),
    },
  }
}

/**
 * A recording as it is filed: under whoever is on record as having worn the camera, whomever the
 * dock took it from. That stands in its trail before the recording is there.
 */
async function filedByWearer(
  { audit, catalogue }: Services,
  declared: Footage,
  issues: readonly CameraIssue[],
): Promise<Footage> {
  const planned = planWearer(declared, issues, { by: declared.dock, at: declared.changedAt })
  if (!planned) return declared
  const { acts, change } = planned
  // Asked again, it may have been corrected since.
  if (acts.length > 0 && !(await catalogue.find(declared.id))) {
    for (const act of acts) await audit.appendOnce(declared.id, { ...act, actor: 'service' })
  }
  return footageSchema.parse({ ...declared, ...change })
}

/**
 * A camera that was interrupted at one dock is put into another. Who can name the hash holds the
 * recording, and from now on it is theirs to send and to ask about.
 */
const takeOver = (
  catalogue: Catalogue,
  id: FootageId,
  dock: Caller,
  request: UploadRequest,
): Promise<Footage> =>
  catalogue.change(id, (footage) => {
    if (footage.dock === dock.oid) return null
    if (request.recording.sha256 === null) throw otherBytes(request)
    return { dock: dock.oid }
  })

const otherBytes = ({ camera, sequence }: UploadRequest): BluelampError =>
  new BluelampError(
    'conflict',
    `Recording ${sequence} of camera ${camera.serial} was declared before with another size or hash. ` +
      'Check the sequence number; if the camera has used it twice, give this one a new number.',
  )

/** The truth as it begins: everything declared, nothing received. */
function expectedFootage(
  id: FootageId,
  dock: Caller,
  request: UploadRequest,
  clock: RecordedClock,
): Footage {
  const { recording, sidecars, clock: _reported, ...described } = request
  const expected = (part: Part['part'], declared: Part['declared']): Part => ({
    part,
    declared,
    state: 'expected',
    mismatches: [],
  })
  return {
    ...described,
    schemaVersion: 1,
    id,
    revision: 1,
    edition: 1,
    state: 'expected',
    dock: dock.oid,
    clock,
    marking: DEFAULT_MARKING,
    restrictions: [],
    grants: [],
    corrections: [],
    holds: [],
    cases: [],
    cameraUnassigned: false,
    parts: [
      expected('recording', recording),
      ...sidecars.map(({ kind, ...declared }) => expected(kind, declared)),
    ],
    renditions: [],
    changedAt: clock.receivedAt,
  }
}
