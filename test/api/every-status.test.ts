import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sampleDocks, samplePeople } from '../../infra/local/sample-people.ts'
import {
  ADMINISTRATOR,
  AUDITOR,
  DOCK,
  INVESTIGATOR,
  MANAGER,
  type Opened,
  OTHER_BOROUGH,
  send,
  sha256,
  uploadRequest,
} from '../functions/local-app.ts'
import {
  openScene,
  PIPELINE_LIMIT_MS,
  personWith,
  type Scene,
  STREET,
  securedId,
} from '../scene.ts'
import {
  type DescribedApi,
  describedApi,
  type Input,
  type Operation,
  type Reply,
} from './described-api.ts'

const SUPERVISOR = personWith('Supervisor')
const DISCLOSURE = personWith('DisclosureOfficer')
const oidOf = (name: string) => samplePeople.find((person) => person.name === name)?.oid ?? ''
const NOTHING = '019ab4ea-0000-7000-8000-000000000000'
const CASE = '01AB/1234/26'
const reason = 'asked for by the officer in charge'
const body = { reason }

let scene: Scene
let api: DescribedApi
/** A recording that is ready to be played, and ones that are announced, quarantined and disposed of. */
let ready: string
let announced: string
let quarantined: string
let disposed: string
/** Of a viewing that was opened. */
let ticket: string

/** Every status that was seen, and what was sent when an operation did what it is for. */
const seen = new Set<string>()
const succeeded = new Map<string, Input>()

vi.setConfig({ testTimeout: PIPELINE_LIMIT_MS })

const tokenOf = async (who: string | null) => who && (await scene.system.issuer.tokenFor(who))

/** What every answer says to browsers, whatever came of the call. */
function expectSecured({ headers }: Reply): void {
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(headers.get('cross-origin-resource-policy')).toMatch(/^(same|cross)-origin$/)
}

/** Calls an operation as a person or dock, and expects that answer. */
async function sees(
  operation: string,
  status: number,
  who: string | null,
  input: Input = {},
): Promise<Reply> {
  const reply = await api.call(operation, input, await tokenOf(who))
  expect(reply.status, `${operation}: ${reply.text.slice(0, 300)}`).toBe(status)
  expectSecured(reply)
  seen.add(`${operation} ${status}`)
  if (status < 400) succeeded.set(operation, input)
  return reply
}
const announce = async (overrides: object = {}, bytes = 'x'): Promise<Opened> => {
  const request = uploadRequest(bytes, overrides)
  return (await sees('openUpload', 201, DOCK, { body: request })).json() as Opened
}
const mayWipe = (id: string) =>
  vi.waitFor(
    async () =>
      expect((await sees('uploadStatus', 200, DOCK, { params: { id } })).json()).toMatchObject({
        mayWipe: true,
      }),
    { timeout: PIPELINE_LIMIT_MS, interval: 100 },
  )
const versionOf = async (id: string): Promise<Record<string, string>> => {
  const view = await sees('footageManagement', 200, MANAGER, { params: { id } })
  return { 'if-match': view.headers.get('etag') ?? '' }
}
/** A change of a recording that rests on how it is now. */
const changes = async (
  operation: string,
  status: number,
  id: string,
  input: Input,
  who = MANAGER,
): Promise<Reply> =>
  sees(operation, status, who, {
    ...input,
    params: { id, ...input.params },
    headers: await versionOf(id),
  })
/** So many changes, each of which rests on the one before. */
async function repeats(
  operation: string,
  id: string,
  times: number,
  input: (n: number) => Input,
): Promise<void> {
  let headers = await versionOf(id)
  for (let n = 0; n < times; n += 1) {
    const { params, body } = input(n)
    const reply = await sees(operation, 200, MANAGER, { params: { id, ...params }, headers, body })
    headers = { 'if-match': reply.headers.get('etag') ?? '' }
  }
}
/** All that a change is refused with that rests on nothing, or on how a recording was once. */
async function needsVersion(operation: string, { params, body }: Input): Promise<void> {
  const input = { params: { id: announced, ...params }, body }
  await sees(operation, 428, MANAGER, input)
  await sees(operation, 412, MANAGER, { ...input, headers: { 'if-match': '"rev-0"' } })
}

beforeAll(async () => {
  scene = await openScene({
    settings: {
      PROXY_POLICY: 'on-view',
      DISPOSAL_GRACE_HOURS: '0',
      DISPOSAL_SCHEDULE: '0 0 0 1 1 *',
      SWEEP_SCHEDULE: '0 0 0 1 1 *',
    },
  })
  api = await describedApi(`${scene.system.api}/openapi.json`)
  ready = securedId(
    await scene.dock({
      file: STREET,
      sequence: 11,
      references: [{ type: 'case-urn', value: CASE }],
    }),
  )
  announced = (await announce()).id
  const wrong = await announce({}, 'abc')
  quarantined = wrong.id
  await send(wrong, 'recording', 'abd')
  const old = await announce({}, 'old')
  disposed = old.id
  await send(old, 'recording', 'old')
  await mayWipe(disposed)
  await scene.until(disposed, 'unplayable')
  await vi.waitFor(
    async () =>
      expect(
        (await sees('uploadStatus', 200, DOCK, { params: { id: quarantined } })).json(),
      ).toMatchObject({ sendAgain: ['recording'] }),
    { timeout: PIPELINE_LIMIT_MS, interval: 100 },
  )
  await scene.until(ready, 'ready')
}, 2 * PIPELINE_LIMIT_MS)
afterAll(() => scene?.[Symbol.asyncDispose]())

describe('what is done on the way', () => {
  it('by docks', async () => {
    const request = uploadRequest('abc')
    await sees('openUpload', 201, DOCK, { body: request })
    await sees('openUpload', 200, DOCK, { body: request })
    const recording = { ...request.recording, sha256: sha256('abd') }
    await sees('openUpload', 409, DOCK, { body: { ...request, recording } })
    const blocks = { params: { id: announced }, query: { part: 'recording' } }
    await sees('uploadBlocks', 200, DOCK, blocks)
    await sees('uploadBlocks', 404, DOCK, { ...blocks, query: { part: 'gps-track' } })
  })

  it('to recordings that are not as declared', async () => {
    await sees('listQuarantine', 200, MANAGER)
    const params = { id: quarantined }
    await sees('inspectQuarantine', 200, MANAGER, { params })
    await sees('releaseQuarantine', 202, MANAGER, { params, body })
    await mayWipe(quarantined)
    await sees('releaseQuarantine', 409, MANAGER, { params, body })
    await sees('redriveRenditions', 202, MANAGER, { params: { id: announced } })
    await sees('makeUrgent', 202, MANAGER, { params: { id: announced } })
  })

  it('to recordings that are not to be kept', async () => {
    const input = { body: { reason, rule: 'non-evidential' } }
    await changes('orderDisposal', 409, disposed, input)
    const recordedAt = '2026-01-05T09:30:00Z'
    await changes('amendFootage', 200, disposed, { body: { reason, recordedAt } })
    await changes('orderDisposal', 202, disposed, input)
    await changes('callOffDisposal', 200, disposed, { body })
    await changes('orderDisposal', 202, disposed, input)
    await needsVersion('orderDisposal', input)
    await scene.system.host?.runTimer('driveDisposal')
    await vi.waitFor(() => sees('footageManagement', 410, MANAGER, { params: { id: disposed } }), {
      timeout: PIPELINE_LIMIT_MS,
      interval: 100,
    })
    await needsVersion('callOffDisposal', { body })
    for (const operation of api.operations) {
      if (!operation.statuses.includes(410) || ['play', 'renewPlayback'].includes(operation.id)) {
        continue
      }
      const params = { ...PARAMS, id: disposed }
      await sees(operation.id, 410, entitledTo(operation), { params, ...fitting(operation) })
    }
  })

  it('by those who watch and are watched', async () => {
    const params = { id: ready }
    await sees('searchFootage', 200, INVESTIGATOR, { query: { borough: 'camden', limit: '2' } })
    await sees('footageDetail', 200, INVESTIGATOR, { params })
    await sees('footageProgress', 200, INVESTIGATOR, { params })
    const event = await sees('followProgress', 200, INVESTIGATOR, { params })
    const [, last = ''] = /^id: (.+)$/m.exec(event.text) ?? []
    await sees('followProgress', 204, INVESTIGATOR, { params, headers: { 'last-event-id': last } })
    await sees('footagePoster', 302, INVESTIGATOR, { params })
    for (const query of [{}, { check: '0' }, { check: 'all' }]) {
      await sees('footageProvenance', 200, INVESTIGATOR, { params, query })
    }
    await sees('footageProvenance', 409, INVESTIGATOR, { params: { id: announced } })
    await sees('takeOriginal', 409, INVESTIGATOR, { params: { id: announced }, body })
    await sees('takeOriginal', 201, INVESTIGATOR, { params, body })
    await sees('openPlayback', 409, INVESTIGATOR, { params: { id: announced }, body })
    await sees('readAudit', 200, AUDITOR, { params })
    await sees('verifyAudit', 200, AUDITOR, { params })
    await sees('unusualAccess', 200, AUDITOR)
    await sees('health', 200, null)
    await sees('apiDocument', 200, null)
  })

  it('by players', async () => {
    const open = async () => {
      const opened = await sees('openPlayback', 201, INVESTIGATOR, { params: { id: ready }, body })
      const { url, viewing } = opened.json() as { url: string; viewing: string }
      return { viewing, ticket: url.split('/').at(-2) ?? '' }
    }
    const asks = (ticket: string, file: string, status: number) =>
      sees('play', status, null, { params: { ticket, file } })
    const first = await open()
    await asks(first.ticket, 'master.m3u8', 200)
    await asks(first.ticket, 'copy.m3u8', 200)
    await asks(first.ticket, 'storyboard.vtt', 200)
    await asks(first.ticket, 'copy-0000.mp4', 302)
    ticket = first.ticket
    const params = { id: ready, viewing: first.viewing }
    await sees('renewPlayback', 200, INVESTIGATOR, { params })
    await sees('endPlayback', 204, INVESTIGATOR, { params, body })
    await sees('renewPlayback', 410, INVESTIGATOR, { params })
    await asks(first.ticket, 'master.m3u8', 410)
    const second = await open()
    await sees('closePlayback', 204, null, { params: { ticket: second.ticket } })
    const third = await open()
    await sees('endPlaybacks', 200, MANAGER, { params: { id: ready }, body })
    await asks(third.ticket, 'master.m3u8', 410)
    const fourth = await open()
    const restrict = (restrictions: string[]) =>
      changes('amendFootage', 200, ready, { body: { reason, restrictions } })
    await restrict(['child'])
    await asks(fourth.ticket, 'master.m3u8', 403)
    await restrict([])
    const oid = oidOf(INVESTIGATOR)
    await sees('endPlaybacksOfPerson', 200, ADMINISTRATOR, { params: { oid }, body })
  })

  it('to the people register', async () => {
    const params = { oid: oidOf(OTHER_BOROUGH) }
    const found = await sees('getPerson', 200, ADMINISTRATOR, { params })
    const entry = found.json() as { officer: string; assignments: object[] }
    const headers = { 'if-match': found.headers.get('etag') ?? '' }
    const assignments = Array.from({ length: 200 }, (_, n) => ({ type: 'crime', value: `${n}/26` }))
    const busy = { ...entry, assignments }
    await sees('putPerson', 200, ADMINISTRATOR, { params, headers, body: busy })
    await sees('putPerson', 412, ADMINISTRATOR, { params, headers, body: entry })
    await sees('personHistory', 200, ADMINISTRATOR, { params })
    const taken = { ...entry, officer: OFFICER.officer }
    const now = await sees('personAssignments', 200, ADMINISTRATOR, { params })
    const version = { 'if-match': now.headers.get('etag') ?? '' }
    await sees('putPerson', 409, ADMINISTRATOR, { params, headers: version, body: taken })
    await sees('findPeople', 200, ADMINISTRATOR, { query: { officer: entry.officer } })
    const another = { params: { ...params, type: 'incident', value: '4417' }, body }
    await sees('assignOfficer', 428, ADMINISTRATOR, another)
    await sees('assignOfficer', 412, ADMINISTRATOR, { ...another, headers })
    await sees('assignOfficer', 409, ADMINISTRATOR, { ...another, headers: version })
    const first = { params: { ...params, type: 'crime', value: '0/26' }, body }
    await sees('unassignOfficer', 428, ADMINISTRATOR, first)
    await sees('unassignOfficer', 412, ADMINISTRATOR, { ...first, headers })
    const ended = await sees('unassignOfficer', 200, ADMINISTRATOR, { ...first, headers: version })
    const later = { 'if-match': ended.headers.get('etag') ?? '' }
    await sees('assignOfficer', 200, ADMINISTRATOR, { ...another, headers: later })
    await sees('importPeople', 200, ADMINISTRATOR, { query: { dryRun: 'true' }, body: csv('x') })
    // Two files for the same people at the same time: one of them comes too late for some row.
    await vi.waitFor(
      async () => {
        const token = await tokenOf(ADMINISTRATOR)
        const both = ['a', 'b'].map((unit) =>
          api.call('importPeople', { body: csv(`${unit}-${crypto.randomUUID()}`) }, token),
        )
        const statuses = (await Promise.all(both)).map(({ status }) => status)
        for (const status of statuses) seen.add(`importPeople ${status}`)
        expect(statuses).toContain(412)
      },
      { timeout: 20_000, interval: 1 },
    )
    await sees('importPeople', 200, ADMINISTRATOR, { body: csv('at-last') })
  })

  it('to the register of cameras', async () => {
    const serial = `VB-${crypto.randomUUID()}`
    const issue = (from: string) => ({ params: { serial, from } })
    const early = issue('2026-11-01T08:00:00Z')
    const entered = await sees('issueCamera', 200, ADMINISTRATOR, { ...early, body: OFFICER })
    const headers = { 'if-match': entered.headers.get('etag') ?? '' }
    const late = { ...issue('2026-11-02T08:00:00Z'), body: OFFICER }
    await sees('issueCamera', 409, ADMINISTRATOR, { ...late, headers })
    await sees('issueCamera', 412, ADMINISTRATOR, { ...early, body: OFFICER })
    await sees('getCamera', 200, ADMINISTRATOR, { params: { serial } })
    await sees('cameraHistory', 200, AUDITOR, { params: { serial } })
    await sees('withdrawCameraIssue', 412, ADMINISTRATOR, early)
    await sees('withdrawCameraIssue', 200, ADMINISTRATOR, { ...early, headers })
    await sees('camerasUnassigned', 200, ADMINISTRATOR)
  })

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
    await changes('markForCase', 200, ready, mark)
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
      const reply = await sees('askBreakGlass', 202, who, { params: { id: announced }, body })
      return { params: { id: announced, request: (reply.json() as { request: string }).request } }
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

  it('to hand on what is evidence', async () => {
    const asked = { params: { id: ready }, body: BODIES.requestPackage }
    await sees('requestPackage', 409, INVESTIGATOR, { ...asked, params: { id: announced } })
    const whole = { ...asked, body: { ...REQUESTED_PACKAGE, trail: 'whole' } }
    await sees('requestPackage', 403, INVESTIGATOR, whole)
    const managers = (await sees('requestPackage', 202, MANAGER, whole)).json()
    const theirs = { id: ready, package: (managers as { package: string }).package }
    await sees('packageContent', 403, INVESTIGATOR, { params: theirs })
    const reply = await sees('requestPackage', 202, INVESTIGATOR, asked)
    const params = { id: ready, package: (reply.json() as { package: string }).package }
    await sees('packageContent', 409, INVESTIGATOR, { params })
    await sees('listPackages', 200, INVESTIGATOR, { params })
    await vi.waitFor(
      async () =>
        expect((await sees('packageStatus', 200, INVESTIGATOR, { params })).json()).toMatchObject({
          state: 'ready',
        }),
      { timeout: PIPELINE_LIMIT_MS, interval: 200 },
    )
    await sees('packageContent', 302, INVESTIGATOR, { params })
    await sees('cancelPackage', 403, DISCLOSURE, { params, body })
    await sees('cancelPackage', 204, INVESTIGATOR, { params, body })
  })
})

describe('what every operation is refused with', () => {
  const each = (status: number, test: (operation: Operation) => Promise<unknown>) => async () => {
    for (const operation of api.operations) {
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
        params: { ...PARAMS, id: ready },
        ...(operation.takes === null ? { query: { 'no-such': '1' } } : { body: '{' }),
      }),
    ),
  )

  it(
    'with a body that is too large',
    each(413, (operation) =>
      sees(operation.id, 413, entitledTo(operation), {
        params: { ...PARAMS, id: ready },
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
    for (const { id, roles, statuses } of api.operations) {
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
      const params = { ...ABSENT, ticket, file: 'master.m3u8' }
      const input = { params, query: { 'no-such': '1' } }
      for (let calls = 0; calls < 400; calls += AT_A_TIME) {
        const some = Array.from({ length: AT_A_TIME }, () => api.call(operation.id, input, token))
        const refused = (await Promise.all(some)).find(({ status }) => status === 429)
        if (!refused) continue
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
        seen.add(`${operation.id} 429`)
        return
      }
      throw new Error(`${operation.id} may be called as often as one likes.`)
    }),
  )
})

it('was seen to answer with every status that it names', () => {
  const named = api.operations.flatMap(({ id, statuses }) =>
    statuses.map((status) => `${id} ${status}`),
  )
  expect([...seen].toSorted()).toEqual(named.toSorted())
})

/** The same input, of a recording that was not disposed of since. */
const kept = (input: Input = {}): Input =>
  input.params?.id === disposed ? { ...input, params: { ...input.params, id: ready } } : input

/** Addresses that are well-formed, and may name nothing. */
const PARAMS: Record<string, string> = {
  id: NOTHING,
  request: NOTHING,
  package: NOTHING,
  viewing: NOTHING,
  oid: NOTHING,
  serial: 'VB-0000',
  from: '2026-11-01T08:00:00Z',
  name: 'iopc-2026-114',
  type: 'crime',
  value: '2412345/26',
  urn: CASE,
}
/** Addresses at which there is nothing, whatever would be done there. */
const ABSENT: Record<string, string> = {
  ...PARAMS,
  from: 'never',
  oid: 'nobody',
  serial: '-',
  urn: 'none of theirs',
}
/** The beginning of the ids of people whom an import has registered. */
const SOMEONE = '1b8f6f5e-3d0b-4c53-9d55-0000000000'
/** Operations that are open by role, and refuse some who have it with 403. */
const OWN_403 = [
  'approveBreakGlass',
  'cancelPackage',
  'grantAccess',
  'packageContent',
  'requestPackage',
]
/** Calls that are made together, to come to the end of a limit sooner. */
const AT_A_TIME = 10
const OFFICER = { officer: 'P214567' }

const REQUESTED_PACKAGE = {
  reason,
  recipients: [
    {
      name: 'A. Okoye',
      organisation: 'CPS London',
      capacity: 'prosecution',
      contact: '020 7946 0000',
    },
  ],
}

/** A body that an operation takes, where it is not a mere reason. */
const BODIES: Record<string, unknown> = {
  amendFootage: { reason, category: 'stop-search' },
  grantAccess: { reason, level: 'view', until: new Date(Date.now() + 3_600_000).toISOString() },
  markForCase: { reason, standing: 'unused', reviewer: 'C711038', reviewedOn: '2026-01-02' },
  orderDisposal: { reason, rule: 'non-evidential' },
  issueCamera: OFFICER,
  requestPackage: REQUESTED_PACKAGE,
  reviewBreakGlass: { outcome: 'justified', note: 'a child was found' },
}
const fitting = ({ id, takes }: Operation): Input =>
  takes === null ? {} : { body: BODIES[id] ?? body }

/** Someone with one of the roles that an operation names. */
function entitledTo({ roles }: Operation): string | null {
  const names: Record<string, string> = {
    EvidenceManager: MANAGER,
    Investigator: INVESTIGATOR,
    Auditor: AUDITOR,
    Administrator: ADMINISTRATOR,
    DisclosureOfficer: DISCLOSURE,
    Dock: DOCK,
  }
  return Object.entries(names).find(([role]) => roles.includes(role))?.[1] ?? null
}

/** So many people of HR, whom nobody else here knows. */
const csv = (unit: string): string =>
  [
    'oid,officer,unit,borough,vetting',
    ...Array.from({ length: 30 }, (_, n) => {
      const number = String(n).padStart(3, '0')
      return `1b8f6f5e-3d0b-4c53-9d55-000000000${number},HR${number}000,${unit},camden,`
    }),
  ].join('\n')
