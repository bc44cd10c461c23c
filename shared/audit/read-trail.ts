import { z } from 'zod'
import { admit } from '../access/admit.ts'
import { pageShape } from '../access/pages.ts'
import type { Visitor } from '../access/visitor.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import type { FiledHead } from './anchor-store.ts'
import type { ExportedTrail } from './exported-trail.ts'
import { missingEntries } from './missing-entries.ts'

const count = z.int().nonnegative()

/** Which page of a trail is asked for. */
export const trailQuerySchema = z.strictObject(pageShape(1000, 1000))
export type TrailQuery = z.infer<typeof trailQuerySchema>

/**
 * Where a page begins, and what all pages of one reading end at: the entry by which it is on record,
 * and the newest anchor of that time. What comes meanwhile is for the next reading.
 */
const positionSchema = z.object({ after: count, upTo: count, newestAnchor: count })
type Position = z.infer<typeof positionSchema>

/**
 * A page of the audit trail of a recording, first entry first, with all that vouches for it: with all
 * pages it can be checked without storage. Reading it is itself recorded, once, so the last entry of
 * the last page is this one.
 * @throws BluelampError `not-found` if refused or missing; `invalid-request` for the cursor of another
 */
export async function readTrail(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  { cursor, limit }: TrailQuery,
): Promise<ExportedTrail> {
  const { audit, anchors, cursors } = services
  const { basis } = await admit(services, visitor, 'read-audit', id)
  const binding = { list: 'trail', oid: visitor.principal.oid, query: id }
  // The anchors first: the entries that are read after them hold all that they vouch for.
  const filed = await anchors.filedFor(id)
  const position =
    cursor === undefined
      ? await begin(services, visitor, id, basis, filed)
      : positionSchema.parse(JSON.parse(cursors.open(cursor, binding)))
  const upTo = Math.min(position.after + limit, position.upTo)
  const isLast = upTo === position.upTo
  const missing = isLast ? await missingEntries(services, id) : []
  const items = await audit.page(id, { after: position.after, upTo })
  const vouching = filed.filter(
    ({ number, sequence }) =>
      number <= position.newestAnchor &&
      sequence > position.after &&
      // What is vouched for and gone is shown by the last page.
      (isLast || sequence <= upTo),
  )
  const next: Position = { ...position, after: upTo }
  return {
    schemaVersion: 2,
    footageId: id,
    items,
    anchors: await anchors.evidence(id, vouching.toReversed()),
    missing,
    next: isLast ? null : cursors.seal(JSON.stringify(next), binding),
  }
}

async function begin(
  { audit }: Services,
  { principal, clientAddress }: Visitor,
  id: FootageId,
  basis: string,
  [newest]: readonly FiledHead[],
): Promise<Position> {
  const { sequence } = await audit.append(id, {
    action: 'audit-read',
    actor: principal.oid,
    basis,
    clientAddress,
  })
  return { after: 0, upTo: sequence, newestAnchor: newest?.number ?? 0 }
}
