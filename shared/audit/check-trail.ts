import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import type { FiledHead } from './anchor-store.ts'
import { missingEntries } from './missing-entries.ts'
import type { TrailVerdict } from './trail-verdict.ts'
import { verifyLinks } from './verify-trail.ts'

/**
 * Whether the trail of a recording is whole, and else the first entry that is not.
 * @throws BluelampError `not-found` if refused or missing
 */
export async function checkTrail(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<TrailVerdict> {
  await admit(services, visitor, 'verify', id)
  return checkStoredTrail(services, id)
}

/**
 * Checks the trail of a recording as it is stored. Where the chain holds every head that was ever
 * anchored, the last of them vouches for all entries up to it, and its proof alone is read. Else
 * all are, to say where the trail is broken.
 */
export async function checkStoredTrail(
  services: Pick<Services, 'audit' | 'pendingHeads' | 'anchors' | 'config'>,
  footageId: FootageId,
): Promise<TrailVerdict> {
  const { audit, anchors, config } = services
  const filed = await anchors.filedFor(footageId)
  const missing = await missingEntries(services, footageId)
  const links = await audit.links(footageId)
  const check = async (heads: FiledHead[]): Promise<TrailVerdict> => {
    const evidence = await anchors.evidence(footageId, heads)
    const trail = { footageId, links, anchors: evidence, missing }
    return verifyLinks(trail, config.timestamps.trustedPem)
  }
  const agrees = filed.every(({ sequence, hash }) => links[sequence - 1]?.hash === hash)
  const verdict = agrees ? await check(filed.slice(0, 1)) : null
  return verdict?.whole ? verdict : check(filed)
}
