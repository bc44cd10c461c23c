import { expect, it, vi } from 'vitest'
import {
  ADMINISTRATOR,
  AUDITOR,
  INVESTIGATOR,
  MANAGER,
  OTHER_BOROUGH,
} from '../../functions/local-app.ts'
import { PIPELINE_LIMIT_MS } from '../../scene.ts'
import { changes, needsVersion, repeats } from './changes.ts'
import { BODIES, body, CASE, DISCLOSURE, oidOf, reason, SUPERVISOR } from './inputs.ts'
import { announce, recordings, sees } from './stage.ts'

/** The beginning of the ids of people whom an import has registered. */
const SOMEONE = '1b8f6f5e-3d0b-4c53-9d55-0000000000'
/** What is done to one recording by those who manage it, in an emergency and for a case. */
export function tellOfManagement(): void {
  it('to one recording, by those who manage it', async () => {
    const { id } = await announce({
      references: Array.from({ length: 50 }, (_, n) => ({ type: 'crime', value: `${n}/26` })),
    })
    const reference = (value: string) => ({ params: { type: 'crime', value }, body })
    await changes('linkReference', 409, id, reference('2412345/26'))
    await changes('unlinkReference', 200, id, reference('0/26'))
    await changes('linkReference', 200, id, reference('2412345/26'))
    const mark = { params: { urn: CASE }, body: BODIES.markForCase }
    await changes('markForCase', 409, id, mark)
    await changes('markForCase', 200, recordings.ready, mark)
    const named = (name: string) => ({ params: { name }, body })
    await repeats('holdFootage', id, 10, (n) => named(`hold-${n}`))
    await changes('holdFootage', 409, id, named('one-more'))
    await changes('releaseHold', 200, id, named('hold-0'))
    const to = (oid: string) => ({ params: { oid }, body: BODIES.grantAccess })
    await repeats('grantAccess', id, 30, (n) => to(`${SOMEONE}${String(n).padStart(2, '0')}`))
    await changes('grantAccess', 409, id, to(oidOf(INVESTIGATOR)))
    await changes('grantAccess', 403, id, to(oidOf(MANAGER)))
    const someone = { oid: `${SOMEONE}00` }
    await changes('revokeAccess', 200, id, { params: someone, body })
    await repeats('amendFootage', id, 30, (n) => ({ body: { reason, category: `now-${n}` } }))
    await changes('amendFootage', 409, id, { body: { reason, category: 'one-more' } })
    await needsVersion('amendFootage', { body: BODIES.amendFootage })
    await needsVersion('linkReference', reference('1/26'))
    await needsVersion('unlinkReference', reference('1/26'))
    await needsVersion('markForCase', mark)
    await needsVersion('holdFootage', named('any'))
    await needsVersion('releaseHold', named('any'))
    await needsVersion('grantAccess', to(oidOf(INVESTIGATOR)))
    await needsVersion('revokeAccess', { params: someone, body })
  })

  it('in an emergency, and afterwards', async () => {
    const asked = async (who: string) => {
      const reply = await sees('askBreakGlass', 202, who, {
        params: { id: recordings.announced },
        body,
      })
      return {
        params: {
          id: recordings.announced,
          request: (reply.json() as { request: string }).request,
        },
      }
    }
    const heard = async ({ params }: Awaited<ReturnType<typeof asked>>) => {
      await vi.waitFor(async () => {
        const pending = await sees('listBreakGlassRequests', 200, MANAGER)
        expect(pending.text).toContain(params.request)
      }, PIPELINE_LIMIT_MS)
      return { params }
    }
    await sees('approveBreakGlass', 403, SUPERVISOR, await heard(await asked(SUPERVISOR)))
    const request = await heard(await asked(OTHER_BOROUGH))
    await sees('approveBreakGlass', 200, SUPERVISOR, request)
    await sees('approveBreakGlass', 409, MANAGER, request)
    const refusal = (at: Awaited<ReturnType<typeof asked>>) => ({ ...at, body })
    await sees('refuseBreakGlass', 409, MANAGER, refusal(request))
    const own = await heard(await asked(SUPERVISOR))
    await sees('refuseBreakGlass', 403, SUPERVISOR, refusal(own))
    await sees('refuseBreakGlass', 200, MANAGER, refusal(own))
    await sees('listOwnBreakGlass', 200, OTHER_BOROUGH)
    await sees('listBreakGlassReviews', 200, AUDITOR)
    const review = { params: request.params, body: BODIES.reviewBreakGlass }
    await sees('reviewBreakGlass', 200, AUDITOR, review)
  })

  it('for the disclosure officer of a case', async () => {
    const params = { oid: oidOf(DISCLOSURE), type: 'case-urn', value: CASE }
    const now = await sees('personAssignments', 200, ADMINISTRATOR, { params })
    const headers = { 'if-match': now.headers.get('etag') ?? '' }
    await sees('assignOfficer', 200, ADMINISTRATOR, { params, headers, body })
    await sees('caseWithheld', 200, DISCLOSURE, { params: { urn: CASE } })
  })
}
