import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { londonTime } from '../footage/clock.ts'
import { retentionOf, retentionSchema } from '../footage/disposal-of.ts'
import { footageSchema } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import { breakGlassRequestSchema } from '../records/break-glass.ts'
import type { Services } from '../services.ts'

/** What those who mark a recording must know of it. Nothing of the footage itself. */
export const managementViewSchema = footageSchema
  .pick({
    id: true,
    edition: true,
    state: true,
    camera: true,
    officer: true,
    unit: true,
    borough: true,
    references: true,
    category: true,
    marking: true,
    restrictions: true,
    grants: true,
    holds: true,
    cases: true,
    corrections: true,
    cameraUnassigned: true,
    retentionGroup: true,
    disposal: true,
  })
  .extend({
    recordedAt: z.iso.datetime(),
    retention: retentionSchema.describe(
      'what it is kept under, and until when; nulls: until reviewed',
    ),
    recordedAtLondon: z.string().describe('as people in London read it'),
    breakGlass: z
      .array(breakGlassRequestSchema.omit({ schemaVersion: true, footageId: true }))
      .describe('requests for access in an emergency, oldest first'),
  })
export type ManagementView = z.infer<typeof managementViewSchema>

/**
 * How a recording is marked, held and shared. It may be closed to view even for those who manage it:
 * this is where they still reach it. Looking it up is recorded.
 * @throws BluelampError `not-found` if refused or missing
 */
export async function managementView(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<ManagementView> {
  const { footage, basis } = await admit(services, visitor, 'mark', id)
  const requests = await services.breakGlass.list(id)
  await services.audit.append(id, {
    action: 'metadata-viewed',
    actor: visitor.principal.oid,
    basis,
    clientAddress: visitor.clientAddress,
  })
  const { recordedAt } = footage.clock
  return {
    id,
    edition: footage.edition,
    state: footage.state,
    camera: footage.camera,
    officer: footage.officer,
    unit: footage.unit,
    borough: footage.borough,
    recordedAt,
    recordedAtLondon: londonTime(recordedAt),
    references: footage.references,
    category: footage.category,
    marking: footage.marking,
    restrictions: footage.restrictions,
    grants: footage.grants,
    holds: footage.holds,
    cases: footage.cases,
    corrections: footage.corrections,
    cameraUnassigned: footage.cameraUnassigned,
    retentionGroup: footage.retentionGroup,
    disposal: footage.disposal,
    retention: retentionOf(footage),
    breakGlass: requests.map(({ schemaVersion: _, footageId: __, ...request }) => request),
  }
}
