import { expect, it } from 'vitest'
import { sampleDocks, samplePeople } from '../../../infra/local/sample-people.ts'
import type { Input, Operation } from '../described-api.ts'
import { ABSENT, entitledTo, fitting, PARAMS } from './inputs.ts'
import { viewing } from './retrieval.ts'
import { recordings, seen, sees, stage, succeeded, tokenOf } from './stage.ts'

/** Operations that are open by role, and refuse some who have it with 403. */
const OWN_403 = [
  'approveBreakGlass',
  'cancelPackage',
  'grantAccess',
  'refuseBreakGlass',
  'packageContent',
  'requestPackage',
]

/** Calls that are made together, to come to the end of a limit sooner. */
const AT_A_TIME = 10

/** What every operation that names a status is refused with. To be told last: limits are used up. */
export function tellOfRefusals(): void {
  const each = (status: number, test: (operation: Operation) => Promise<unknown>) => async () => {
    for (const operation of stage().api.operations) {
      if (operation.statuses.includes(status)) await test(operation)
    }
  }

  it(
    'without a token',
    each(401, ({ id }) => sees(id, 401, null, { params: PARAMS })),
  )

  it(
    'with a body, or a query, that is none',
    each(400, (operation) =>
      sees(operation.id, 400, entitledTo(operation), {
        params: { ...PARAMS, id: recordings.ready },
        ...(operation.takes === null ? { query: { 'no-such': '1' } } : { body: '{' }),
      }),
    ),
  )

  it(
    'with a body that is too large',
    each(413, (operation) =>
      sees(operation.id, 413, entitledTo(operation), {
        params: { ...PARAMS, id: recordings.ready },
        body: 'x'.repeat(1_000_001),
      }),
    ),
  )

  it(
    'for what is not there',
    each(404, (operation) =>
      sees(operation.id, 404, entitledTo(operation), {
        // Whoever may ask in an emergency does not learn whether there is such a recording.
        params: { ...ABSENT, ...(operation.id === 'askBreakGlass' && { id: 'none' }) },
        ...fitting(operation),
      }),
    ),
  )

  it('by everybody who has none of the roles that it names', async () => {
    const everybody = [
      ...samplePeople.map(({ name, roles }) => ({ name, roles: roles as string[] })),
      ...sampleDocks.slice(0, 1).map(({ site }) => ({ name: site, roles: ['Dock'] })),
    ]
    for (const { id, roles, statuses } of stage().api.operations) {
      if (roles.length === 0) continue
      for (const person of everybody) {
        if (person.roles.some((role) => roles.includes(role))) continue
        const status = statuses.includes(403) && !OWN_403.includes(id) ? 403 : 404
        await sees(id, status, person.name, kept(succeeded.get(id)))
      }
    }
  })

  it(
    'when it is called too often',
    each(429, async (operation) => {
      const who = entitledTo(operation)
      const token = await tokenOf(who)
      const params = { ...ABSENT, ticket: viewing.ticket, file: 'master.m3u8' }
      const input = { params, query: { 'no-such': '1' } }
      for (let calls = 0; calls < 400; calls += AT_A_TIME) {
        const some = Array.from({ length: AT_A_TIME }, () =>
          stage().api.call(operation.id, input, token),
        )
        const refused = (await Promise.all(some)).find(({ status }) => status === 429)
        if (!refused) continue
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
        seen.add(`${operation.id} 429`)
        return
      }
      throw new Error(`${operation.id} may be called as often as one likes.`)
    }),
  )
}

/** The same input, of a recording that was not disposed of since. */
const kept = (input: Input = {}): Input =>
  input.params?.id === recordings.disposed
    ? { ...input, params: { ...input.params, id: recordings.ready } }
    : input
