import { z } from 'zod'
import { isServable } from '../clearance/marking.ts'
import { officerSchema } from '../clearance/person.ts'
import { issueAt } from '../footage/camera-issues.ts'
import { londonTime } from '../footage/clock.ts'
import { footageIdSchema } from '../footage/ids.ts'
import { EVER } from '../footage/index-keys.ts'
import type { Services } from '../services.ts'
import { fileByWearer } from './file-by-wearer.ts'

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
 * covers by now is filed under whoever wore it and leaves the list, even if whoever entered that was
 * cut off before they could say so.
 */
export async function unassignedFootage(services: Services): Promise<UnassignedFootage[]> {
  const { index, cameras } = services
  const found: UnassignedFootage[] = []
  for await (const { summary } of index.read({ by: 'state', state: 'camera-unassigned' }, EVER)) {
    const { id, camera, officer, recordedAt, marking } = summary
    const issues = (await cameras.find(camera.serial))?.entry.issues ?? []
    const issue = issueAt(issues, recordedAt)
    if (issue) {
      await fileByWearer(services, id, { by: issue.by, clientAddress: null })
      continue
    }
    // What is isolated here is put right by those who mark it, before it concerns anyone else.
    if (!isServable(marking)) continue
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
