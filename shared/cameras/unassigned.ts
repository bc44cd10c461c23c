import { z } from 'zod'
import { officerSchema } from '../clearance/person.ts'
import { wearerAt } from '../footage/camera-issues.ts'
import { footageIdSchema } from '../footage/ids.ts'
import { EVER } from '../footage/index-keys.ts'
import { londonTime } from '../retrieve/search.ts'
import type { Services } from '../services.ts'

/** How many recordings one list shows: it is a list to work off, not to browse. */
const LIST_LIMIT = 100

/** A recording of which nobody is on record as having worn the camera. */
export const unassignedFootageSchema = z.object({
  footageId: footageIdSchema,
  camera: z.string(),
  recordedAt: z.iso.datetime(),
  recordedAtLondon: z.string().describe('as people in London read it'),
  declaredOfficer: officerSchema,
})
export type UnassignedFootage = z.infer<typeof unassignedFootageSchema>

/**
 * Recordings whose camera was issued to nobody when they were made, newest first. What an issue
 * covers by now leaves the list, even if whoever entered it was cut off before it could say so.
 */
export async function unassignedFootage({
  index,
  catalogue,
  cameras,
}: Services): Promise<UnassignedFootage[]> {
  const found: UnassignedFootage[] = []
  for await (const { summary } of index.read({ by: 'state', state: 'camera-unassigned' }, EVER)) {
    const { id, camera, officer, recordedAt } = summary
    const issues = (await cameras.find(camera.serial))?.entry.issues ?? []
    if (wearerAt(issues, recordedAt) !== null) {
      await catalogue.change(id, ({ cameraUnassigned }) =>
        cameraUnassigned ? { cameraUnassigned: false } : null,
      )
      continue
    }
    found.push({
      footageId: id,
      camera: camera.serial,
      recordedAt,
      recordedAtLondon: londonTime(recordedAt),
      declaredOfficer: officer,
    })
    if (found.length === LIST_LIMIT) break
  }
  return found
}
