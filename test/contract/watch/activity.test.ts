import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createCursors } from '../../../shared/access/cursors.ts'
import { createAuditTrail } from '../../../shared/audit/trail.ts'
import { watchedAttempts, watchedTrail } from '../../../shared/audit/watched.ts'
import { oidSchema, registerEntrySchema } from '../../../shared/clearance/person.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import { type ActivityLog, createActivityLog } from '../../../shared/storage/tables/activity.ts'
import { createAttempts } from '../../../shared/storage/tables/attempts.ts'
import { createPeopleRegister } from '../../../shared/storage/tables/people.ts'
import { reportUnusualAccess } from '../../../shared/watch/report.ts'
import { tellFindings } from '../../../shared/watch/tell-findings.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'

const DAY_MS = 86_400_000
const ASHA = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01')
const RUTH = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a0e')
const TOM = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a0f')

let storage: TestStorage
let time = Date.parse('2026-11-23T10:00:00.000Z')
const now = () => new Date(time)
let log: ActivityLog
beforeAll(async () => {
  storage = await startStorage()
  log = createActivityLog(storage.clients.table('activity'), now)
})
afterAll(() => storage[Symbol.asyncDispose]())
// Each test has a day of its own.
beforeEach(() => {
  time += DAY_MS
})

const today = () => log.of(now().toISOString().slice(0, 10))
const trail = () => watchedTrail(createAuditTrail(storage.clients.table('audit'), now), log)

it('has a recording once a day and person, however often it was used', async () => {
  const [one, other] = [newFootageId(), newFootageId()]
  const view = { action: 'playback-opened', actor: ASHA, basis: 'Investigator/borough' } as const
  for (const id of [one, one, other]) await trail().append(id, view)
  await trail().append(one, { ...view, actor: TOM, basis: 'Officer/own' })
  const noted = await today()
  expect(noted).toHaveLength(3)
  expect(noted).toContainEqual(
    expect.objectContaining({ actor: TOM, kind: 'used', role: 'Officer', link: 'own' }),
  )
  time += DAY_MS
  await expect(today()).resolves.toEqual([])
})

it('leaves out what no person did, and what is no use of footage', async () => {
  const id = newFootageId()
  await trail().append(id, { action: 'footage-secured', actor: 'service' })
  await trail().append(id, { action: 'made-urgent', actor: ASHA, basis: 'Supervisor/unit' })
  await trail().append(id, { action: 'playback-released', actor: ASHA })
  await expect(today()).resolves.toEqual([])
})

it('reports refusals and own recordings of a day by person', async () => {
  const attempts = watchedAttempts(createAttempts(storage.clients.table('attempts'), now), log)
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const footageId = newFootageId()
    const refused = { actor: ASHA, action: 'view', footageId, refusal: 'missing' }
    await attempts.note({ ...refused, clientAddress: null })
  }
  await trail().append(newFootageId(), {
    action: 'original-taken',
    actor: TOM,
    basis: 'Investigator/own',
  })
  const people = createPeopleRegister(storage.clients.table('people'), now)
  const entry = registerEntrySchema.parse({
    officer: 'P198322',
    unit: 'camden-response-1',
    vetting: [],
    assignments: [],
  })
  await people.put(TOM, entry, null, { by: ASHA, cause: 'entered' })
  const cursors = createCursors(Buffer.alloc(32, 1), now)
  const services = { activity: log, people, cursors, now }
  const report = await reportUnusualAccess(services, RUTH, { limit: 100 })
  const day = now().toISOString().slice(0, 10)
  expect(report).toMatchObject({ day, people: 2, findings: 2, next: null })
  expect(report.items.map(({ actor, finding, count }) => [actor, finding, count])).toEqual([
    [ASHA, 'refused-burst', 5],
    [TOM, 'own-recordings', 1],
  ])
  const first = await reportUnusualAccess(services, RUTH, { limit: 1 })
  const turn = { limit: 1, cursor: first.next ?? '' }
  const second = await reportUnusualAccess(services, RUTH, turn)
  expect([...first.items, ...second.items]).toEqual(report.items)
  expect(second).toMatchObject({ findings: 2, next: null })
  await expect(reportUnusualAccess(services, TOM, turn)).rejects.toMatchObject({
    code: 'invalid-request',
  })
  const officers = new Map(report.items.map(({ actor, officer }) => [actor, officer]))
  expect([officers.get(TOM), officers.get(ASHA)]).toEqual(['P198322', null])

  const told: object[] = []
  const events = { publish: async (event: object) => void told.push(event) }
  expect(await tellFindings({ activity: log, events, now })).toBe(2)
  expect(await tellFindings({ activity: log, events, now })).toBe(0)
  expect(told).toEqual(
    expect.arrayContaining([
      { type: 'Bluelamp.UnusualAccess', day, actor: ASHA, finding: 'refused-burst' },
      { type: 'Bluelamp.UnusualAccess', day, actor: TOM, finding: 'own-recordings' },
    ]),
  )
})
