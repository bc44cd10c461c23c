import type { Visitor } from '../access/visitor.ts'
import { decide } from '../clearance/decide.ts'
import type { Restriction } from '../clearance/guards.ts'
import { BluelampError } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'
import { planWearer } from '../ingest/wearer.ts'
import type { Services } from '../services.ts'
import { type Amendment, planAmendment } from './amendment.ts'
import { type ChangeRequest, changeFootage } from './change.ts'

/**
 * Marks a recording, or corrects what is on record of it. At another time, someone else may have
 * worn its camera, or nobody: it is filed under whoever did.
 * @throws BluelampError as changeFootage and planAmendment
 */
export const amendFootage = (
  services: Services,
  request: Omit<ChangeRequest, 'reason'>,
  amendment: Amendment,
): Promise<Footage> =>
  changeFootage(
    services,
    { ...request, reason: amendment.reason },
    'mark',
    async (footage, authorship) => {
      refuseUnlessReleasing(services, request.visitor, footage, amendment)
      const planned = planAmendment(footage, amendment, authorship)
      if (!planned || amendment.recordedAt === undefined) return planned
      const issues = (await services.cameras.find(footage.camera.serial))?.entry.issues ?? []
      const worn = planWearer({ ...footage, ...planned.change }, issues, authorship)
      return {
        acts: [...planned.acts, ...(worn?.acts ?? [])],
        change: { ...planned.change, ...worn?.change },
      }
    },
  )

/**
 * After a death or serious injury nobody sees footage of it until the post-incident manager says so:
 * whoever marks it may set the lock, nobody else may lift it.
 * @throws BluelampError `forbidden`
 */
function refuseUnlessReleasing(
  { now }: Services,
  { principal }: Visitor,
  footage: Footage,
  { restrictions }: Amendment,
): void {
  const lifts =
    restrictions !== undefined &&
    footage.restrictions.includes(LOCK) &&
    !restrictions.includes(LOCK)
  if (!lifts || decide(principal, 'release-lock', footage, now()).allowed) return
  throw new BluelampError('forbidden', 'Only the post-incident manager releases that lock.')
}

const LOCK: Restriction = 'post-incident-lock'
