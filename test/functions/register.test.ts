import { randomInt, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openScene, personWith, type Scene } from '../scene.ts'
import { ADMINISTRATOR, AUDITOR, DOCK, INVESTIGATOR, MANAGER, uploadRequest } from './local-app.ts'

const SUPERVISOR = personWith('Supervisor')
const LEON = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a09'
const PRIYA = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a05'
const TOM = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a02'
const GRACE = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a03'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.[Symbol.asyncDispose]())

const reason = 'asked for by the officer in charge'
/** An assignment that rests on what a person works on now. */
const assign = async (who: string, method: string, path: string) => {
  const [, , oid] = path.split('/')
  const read = await scene.as(who, 'GET', `/people/${oid}/assignments`)
  const headers = { 'if-match': read.headers.get('etag') ?? '' }
  return scene.as(who, method, path, { reason }, headers)
}
const officerNumber = () => `P${randomInt(100_000, 999_999)}`
const recording = async (overrides: object = {}): Promise<string> => {
  const opened = await scene.as(DOCK, 'POST', '/uploads', uploadRequest('x', overrides))
  return (opened.json() as { id: string }).id
}

describe('an import from HR', () => {
  const send = async (
    who: string,
    csv: string | Buffer<ArrayBuffer>,
    query = `?reason=${encodeURIComponent(reason)}`,
  ) => {
    const response = await fetch(`${scene.system.api}/people/import${query}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await scene.system.issuer.tokenFor(who)}`,
        'content-type': 'text/csv',
      },
      body: csv,
    })
    return { status: response.status, json: (await response.json()) as Record<string, unknown> }
  }
  const HEADER = 'oid,officer,unit,borough,vetting\n'
  const row = (oid: string, unit: string, officer = officerNumber()) =>
    `${oid},${officer},${unit},camden,RV:2024-01-01:2034-01-01:current\n`

  it('says beforehand what it would do, does it, and finds it done', async () => {
    const [newcomer, officer] = [randomUUID(), officerNumber()]
    const csv = HEADER + row(newcomer, 'camden-cid', officer)
    const counts = { added: 1, changed: 0, unchanged: 0, refused: 0 }
    const dry = await send(ADMINISTRATOR, csv, '?dryRun=true')
    expect(dry.json).toMatchObject({ written: false, counts })
    expect((await scene.as(ADMINISTRATOR, 'GET', `/people/${newcomer}`)).status).toBe(404)

    expect((await send(ADMINISTRATOR, csv)).json).toMatchObject({
      written: true,
      counts,
      items: [{ line: 2, oid: newcomer, outcome: 'added' }],
    })
    const path = `/people/${newcomer}/assignments`
    expect((await assign(ADMINISTRATOR, 'PUT', `${path}/incident/4417`)).status).toBe(200)
    const moved = HEADER + row(newcomer, 'camden-response-1', officer)
    expect((await send(ADMINISTRATOR, moved)).json).toMatchObject({
      items: [{ outcome: 'changed', fields: ['unit'] }],
    })
    expect((await send(ADMINISTRATOR, moved)).json).toMatchObject({
      items: [{ outcome: 'unchanged' }],
    })
    expect((await scene.as(ADMINISTRATOR, 'GET', `/people/${newcomer}`)).json()).toMatchObject({
      unit: 'camden-response-1',
      assignments: [{ type: 'incident', value: '4417' }],
    })
    expect((await scene.as(AUDITOR, 'GET', `/people/${newcomer}/history`)).json()).toMatchObject({
      whole: true,
      items: [
        { sequence: 1, by: LEON, cause: 'imported', reason, entry: { unit: 'camden-cid' } },
        { sequence: 2, by: LEON, cause: 'assigned', reason },
        { sequence: 3, by: LEON, cause: 'imported', reason, entry: { unit: 'camden-response-1' } },
      ],
    })
  })

  it('writes nothing unless every row is valid, and says of each why not', async () => {
    const [good, bad] = [randomUUID(), randomUUID()]
    const csv = `${HEADER}${row(good, 'camden-cid')}${row(bad, 'Camden CID')}`
    const refused = await send(ADMINISTRATOR, csv)
    expect(refused.status).toBe(400)
    expect(refused.json).toMatchObject({
      errors: [{ field: 'line 3', message: expect.stringContaining('unit') }],
    })
    expect((await scene.as(ADMINISTRATOR, 'GET', `/people/${good}`)).status).toBe(404)
    const dry = await send(ADMINISTRATOR, csv, '?dryRun=true')
    expect(dry.status).toBe(200)
    expect(dry.json).toMatchObject({ counts: { added: 1, refused: 1 } })
  })

  it('is for administrators, of a bounded size, and of CSV alone', async () => {
    expect((await send(MANAGER, HEADER)).status).toBe(403)
    const unexplained = await send(ADMINISTRATOR, HEADER, '')
    expect(unexplained.json).toMatchObject({ status: 400, errors: [{ field: 'reason' }] })
    expect((await send(ADMINISTRATOR, 'oid,officer\n')).status).toBe(400)
    expect((await send(ADMINISTRATOR, `${HEADER}"open`)).status).toBe(400)
    expect((await send(ADMINISTRATOR, 'x'.repeat(1_000_001))).status).toBe(413)
    expect((await send(ADMINISTRATOR, HEADER, '?dryRun=perhaps')).status).toBe(400)
    const strange = await send(ADMINISTRATOR, 'oid,officer,unit,vetting,surname,unit\n')
    expect(strange.json).toMatchObject({
      errors: [{ field: 'borough' }, { field: 'column 5' }, { field: 'column 6' }],
    })
    expect(JSON.stringify(strange.json)).not.toContain('surname')
  })

  it('takes UTF-8 alone, and mends nothing', async () => {
    for (const encoding of ['latin1', 'utf16le'] as const) {
      const csv = `\uFEFF${HEADER}${row(randomUUID(), 'caf\u00E9')}`
      const refused = await send(ADMINISTRATOR, Buffer.from(csv, encoding))
      expect(refused.status, encoding).toBe(400)
      expect(refused.json).toMatchObject({ detail: expect.stringContaining('UTF-8') })
    }
    const marked = Buffer.from(`\uFEFF${HEADER}${row(randomUUID(), 'camden-cid')}`)
    expect((await send(ADMINISTRATOR, marked, '?dryRun=true')).status).toBe(200)
  })

  it('refuses a warrant number that is another’s, and what would change its sender', async () => {
    const taken = row(randomUUID(), 'camden-cid', 'P214567')
    const own = row(LEON, 'camden-cid')
    const dry = await send(ADMINISTRATOR, HEADER + taken + own, '?dryRun=true')
    expect(dry.json).toMatchObject({
      counts: { refused: 2 },
      items: [
        { reason: expect.stringContaining('officer') },
        { reason: expect.stringContaining('themselves') },
      ],
    })
  })
})

describe('assignments', () => {
  const at = (oid: string, value: string) => `/people/${oid}/assignments/incident/${value}`

  it('open what they are for on the next request, and close it again', async () => {
    const value = `CAD ${randomInt(1e9)}`
    const id = await recording({
      references: [{ type: 'incident', value }],
      unit: 'hackney-cid',
      borough: 'hackney',
    })
    const sees = async () => (await scene.as(INVESTIGATOR, 'GET', `/footage/${id}`)).status
    const asha = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'
    expect(await sees()).toBe(404)
    const path = at(asha, encodeURIComponent(value))
    const assigned = await assign(SUPERVISOR, 'PUT', path)
    expect(assigned.json()).toEqual({ oid: asha, assignments: [{ type: 'incident', value }] })
    expect(await sees()).toBe(200)
    const etag = assigned.headers.get('etag') ?? ''
    const read = await scene.as(SUPERVISOR, 'GET', `/people/${asha}/assignments`)
    expect(read.headers.get('etag')).toBe(etag)
    expect((await scene.as(SUPERVISOR, 'DELETE', path, { reason })).status).toBe(428)
    const stale = { 'if-match': '"rev-0"' }
    expect((await scene.as(SUPERVISOR, 'DELETE', path, { reason }, stale)).status).toBe(412)
    const version = { 'if-match': etag }
    expect((await scene.as(SUPERVISOR, 'DELETE', path, {}, version)).status).toBe(400)
    const ended = await scene.as(SUPERVISOR, 'DELETE', path, { reason }, version)
    expect(ended.json()).toEqual({ oid: asha, assignments: [] })
    expect((await scene.as(SUPERVISOR, 'PUT', path, { reason }, version)).status).toBe(412)
    expect(await sees()).toBe(404)
    const history = await scene.as(AUDITOR, 'GET', `/people/${asha}/history`)
    expect((history.json() as { items: object[] }).items.at(-1)).toMatchObject({
      cause: 'assigned',
      reason,
    })
  })

  it('are made by supervisors for their own people, and by nobody for themselves', async () => {
    expect((await assign(SUPERVISOR, 'PUT', at(GRACE, '1'))).status).toBe(404)
    expect((await assign(SUPERVISOR, 'PUT', at(randomUUID(), '1'))).status).toBe(404)
    expect((await assign(SUPERVISOR, 'PUT', at(PRIYA, '1'))).status).toBe(403)
    expect((await assign(INVESTIGATOR, 'PUT', at(TOM, '1'))).status).toBe(403)
    expect((await assign(SUPERVISOR, 'PUT', at(TOM, '%23'))).status).toBe(404)
  })
})

describe('a person who leaves', () => {
  it('may nothing from the next request on, whatever their token says', async () => {
    const id = await recording()
    const [auditor, investigator] = [
      '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a08',
      '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01',
    ]
    const become = async (oid: string, status: string) => {
      const read = await scene.as(ADMINISTRATOR, 'GET', `/people/${oid}`)
      const entry = { ...(read.json() as object), status, reason }
      const headers = { 'if-match': read.headers.get('etag') ?? '' }
      expect((await scene.as(ADMINISTRATOR, 'PUT', `/people/${oid}`, entry, headers)).status).toBe(
        200,
      )
    }
    const asked: [who: string, path: string, open: number, closed: number][] = [
      [INVESTIGATOR, `/footage/${id}`, 200, 404],
      [INVESTIGATOR, '/footage?borough=camden', 200, 403],
      [AUDITOR, `/footage/${id}/audit`, 200, 404],
      [AUDITOR, '/audit/unusual-access', 200, 403],
    ]
    const statuses = () =>
      Promise.all(asked.map(async ([who, path]) => (await scene.as(who, 'GET', path)).status))
    expect(await statuses()).toEqual(asked.map(([, , open]) => open))
    for (const status of ['suspended', 'left']) {
      for (const oid of [auditor, investigator]) await become(oid, status)
      expect(await statuses(), status).toEqual(asked.map(([, , , closed]) => closed))
    }
    for (const oid of [auditor, investigator]) await become(oid, 'serving')
    expect(await statuses()).toEqual(asked.map(([, , open]) => open))
  })
})

describe('the history of a person', () => {
  it('is there for administrators and auditors, and for nobody else', async () => {
    expect((await scene.as(SUPERVISOR, 'GET', `/people/${TOM}/history`)).status).toBe(403)
    expect((await scene.as(AUDITOR, 'GET', `/people/${randomUUID()}/history`)).status).toBe(404)
    const history = await scene.as(ADMINISTRATOR, 'GET', `/people/${GRACE}/history`)
    expect(history.json()).toMatchObject({
      whole: true,
      items: [{ sequence: 1, cause: 'entered' }],
    })
  })
})

describe('cameras', () => {
  const unassigned = async () => {
    const reply = await scene.as(MANAGER, 'GET', '/cameras/unassigned')
    return (reply.json() as { items: { footageId: string }[] }).items.map((one) => one.footageId)
  }
  const issue = (serial: string, from: string, body: object, etag?: string) =>
    scene.as(
      MANAGER,
      'PUT',
      `/cameras/${serial}/issues/${from}`,
      { reason, ...body },
      etag === undefined ? {} : { 'if-match': etag },
    )

  it('put what nobody is known to have worn on a list, until someone is', async () => {
    const serial = `VB-${randomUUID()}`
    const id = await recording({ camera: { serial, firmware: '1.0' } })
    expect(await unassigned()).toContain(id)
    const from = '2026-01-01T00:00:00Z'
    const first = await issue(serial, from, { officer: 'P214567' })
    expect(first.json()).toMatchObject({ issues: [{ officer: 'P214567', to: null }] })
    expect(await unassigned()).not.toContain(id)
    const next = await recording({ camera: { serial, firmware: '1.0' }, sequence: 2 })
    expect(await unassigned()).not.toContain(next)

    const ended = { officer: 'P214567', to: '2026-01-02T00:00:00Z' }
    const corrected = await issue(serial, from, ended, first.headers.get('etag') ?? '')
    expect(corrected.status).toBe(200)
    expect(await unassigned()).toEqual(expect.arrayContaining([id, next]))
    const isolated = { reason, marking: 'SECRET' }
    const management = await scene.as(MANAGER, 'GET', `/footage/${next}/management`)
    const headers = { 'if-match': management.headers.get('etag') ?? '' }
    const marked = await scene.as(MANAGER, 'PATCH', `/footage/${next}`, isolated, headers)
    expect(marked.status, marked.text).toBe(200)
    expect(await unassigned()).not.toContain(next)
    const read = await scene.as(MANAGER, 'GET', `/cameras/${serial}`)
    expect(read.headers.get('etag')).toBe(corrected.headers.get('etag'))
  })

  it('have their recordings filed under whoever wore them, with whom the dock declared kept', async () => {
    const serial = `VB-${randomUUID()}`
    const [declared, wearer, other] = [officerNumber(), officerNumber(), officerNumber()]
    const camera = { camera: { serial, firmware: '1.0' }, officer: declared }
    const id = await recording(camera)
    const by = async (officer: string) => {
      const reply = await scene.as(MANAGER, 'GET', `/footage?officer=${officer}`)
      return (reply.json() as { items: { id: string }[] }).items.map((one) => one.id)
    }
    const from = '2026-01-01T00:00:00Z'
    const first = await issue(serial, from, { officer: wearer })
    const next = await recording({ ...camera, sequence: 2 })
    for (const one of [id, next]) {
      const view = await scene.as(MANAGER, 'GET', `/footage/${one}/management`)
      expect(view.json()).toMatchObject({
        officer: wearer,
        cameraUnassigned: false,
        corrections: [{ field: 'officer', from: declared, to: wearer, byRegister: true }],
      })
      expect(await by(wearer)).toContain(one)
      expect(await by(declared)).not.toContain(one)
      const trail = await scene.as(AUDITOR, 'GET', `/footage/${one}/audit`)
      expect((trail.json() as { items: object[] }).items[0]).toMatchObject({
        action: 'metadata-corrected',
        processing: 'alteration',
        reason: one === id ? reason : null,
        detail: { field: 'officer', from: declared, to: wearer, camera: serial },
      })
    }

    const corrected = await issue(serial, from, { officer: other }, first.headers.get('etag') ?? '')
    expect(await by(other)).toEqual(expect.arrayContaining([id, next]))
    expect(await by(wearer)).toEqual([])
    const headers = { 'if-match': corrected.headers.get('etag') ?? '' }
    await scene.as(MANAGER, 'DELETE', `/cameras/${serial}/issues/${from}`, { reason }, headers)
    expect(await by(declared)).toEqual(expect.arrayContaining([id, next]))
    expect(await unassigned()).toEqual(expect.arrayContaining([id, next]))

    const history = await scene.as(AUDITOR, 'GET', `/cameras/${serial}/history`)
    expect(history.json()).toMatchObject({
      whole: true,
      items: [
        { cause: 'issued', reason, entry: { issues: [{ officer: wearer }] } },
        { cause: 'issued', reason, entry: { issues: [{ officer: other }] } },
        { cause: 'withdrawn', reason, entry: { issues: [] } },
      ],
    })
    expect((await scene.as(SUPERVISOR, 'GET', `/cameras/${serial}/history`)).status).toBe(403)
    expect((await scene.as(AUDITOR, 'GET', '/cameras/VB-nobody/history')).status).toBe(404)
  })

  it('decide whose a recording is when its time is corrected', async () => {
    const serial = `VB-${randomUUID()}`
    const [early, late] = [officerNumber(), officerNumber()]
    const first = await issue(serial, '2026-01-01T00:00:00Z', {
      officer: early,
      to: '2026-02-01T00:00:00Z',
    })
    const etag = first.headers.get('etag') ?? ''
    await issue(serial, '2026-02-01T00:00:00Z', { officer: late }, etag)
    const id = await recording({ camera: { serial, firmware: '1.0' } })
    const view = async () => {
      const reply = await scene.as(MANAGER, 'GET', `/footage/${id}/management`)
      return { headers: { 'if-match': reply.headers.get('etag') ?? '' }, body: reply.json() }
    }
    const { headers, body } = await view()
    expect(body).toMatchObject({ officer: late })
    const earlier = { reason, recordedAt: '2026-01-05T09:30:00Z' }
    await scene.as(MANAGER, 'PATCH', `/footage/${id}`, earlier, headers)
    const said = await view()
    expect(said.body).toMatchObject({ officer: early, cameraUnassigned: false })
    const other = officerNumber()
    await scene.as(MANAGER, 'PATCH', `/footage/${id}`, { reason, officer: other }, said.headers)
    const again = await scene.as(MANAGER, 'GET', `/cameras/${serial}`)
    await issue(
      serial,
      '2026-01-01T00:00:00Z',
      { officer: late, to: '2026-02-01T00:00:00Z' },
      again.headers.get('etag') ?? '',
    )
    expect((await view()).body).toMatchObject({ officer: other })
  })

  it('are found by who wore them, as the register is corrected, a page at a time', async () => {
    const [wearer, other] = [officerNumber(), officerNumber()]
    const [first, second] = [`VB-${randomUUID()}`, `VB-${randomUUID()}`]
    const worn = async (officer: string, query = '') => {
      const reply = await scene.as(AUDITOR, 'GET', `/cameras?officer=${officer}${query}`)
      return reply.json() as { items: { camera: string; from: string; to: string | null }[] }
    }
    const january = { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' }
    const march = '2026-03-01T00:00:00.000Z'
    const one = await issue(first, january.from, { officer: wearer, to: january.to })
    const two = await issue(second, march, { officer: wearer })
    expect(await worn(wearer)).toMatchObject({
      items: [
        { camera: second, from: march, to: null },
        { camera: first, ...january },
      ],
      next: null,
    })
    const page = await scene.as(AUDITOR, 'GET', `/cameras?officer=${wearer}&limit=1`)
    const { items, next } = page.json() as { items: object[]; next: string }
    expect(items).toMatchObject([{ camera: second }])
    expect(await worn(wearer, `&limit=1&cursor=${next}`)).toMatchObject({
      items: [{ camera: first }],
    })
    const elsewhere = `/cameras?officer=${other}&limit=1&cursor=${next}`
    expect((await scene.as(AUDITOR, 'GET', elsewhere)).status).toBe(400)

    const etag = one.headers.get('etag') ?? ''
    await issue(first, january.from, { officer: other, to: january.to }, etag)
    expect((await worn(other)).items).toMatchObject([{ camera: first, ...january }])
    expect((await worn(wearer)).items).toMatchObject([{ camera: second }])
    const headers = { 'if-match': two.headers.get('etag') ?? '' }
    await scene.as(MANAGER, 'DELETE', `/cameras/${second}/issues/${march}`, { reason }, headers)
    expect(await worn(wearer)).toEqual({ items: [], next: null })
    for (const who of [INVESTIGATOR, SUPERVISOR]) {
      expect((await scene.as(who, 'GET', `/cameras?officer=${wearer}`)).status, who).toBe(403)
    }
    expect((await scene.as(AUDITOR, 'GET', '/cameras')).status).toBe(400)
  })

  it('are worn by one officer at a time, and change by the version that was read', async () => {
    const serial = `VB-${randomUUID()}`
    const first = await issue(serial, '2026-01-01T00:00:00Z', { officer: 'P214567' })
    const etag = first.headers.get('etag') ?? ''
    const other = { officer: 'P240917' }
    expect((await issue(serial, '2026-02-01T00:00:00Z', other, etag)).status).toBe(409)
    expect((await issue(serial, '2026-01-01T00:00:00Z', other)).status).toBe(412)
    expect((await issue(serial, '2026-01-01T00:00:00Z', other, '"junk"')).status).toBe(412)
    const backwards = { ...other, to: '2025-01-01T00:00:00Z' }
    expect((await issue(serial, '2026-01-01T00:00:00Z', backwards, etag)).status).toBe(400)
    expect((await issue(serial, 'yesterday', other, etag)).status).toBe(404)
    const at = `/cameras/${serial}/issues/2026-01-01T00:00:00Z`
    const withdraw = (version: string, body: object = { reason }) =>
      scene.as(MANAGER, 'DELETE', at, body, { 'if-match': version })
    for (const refused of [await withdraw(etag, {}), await scene.as(MANAGER, 'PUT', at, other)]) {
      expect(refused.json()).toMatchObject({ status: 400, errors: [{ field: 'reason' }] })
    }
    const withdrawn = await withdraw(etag)
    expect(withdrawn.json()).toEqual({ issues: [] })
    expect((await withdraw(withdrawn.headers.get('etag') ?? '')).status).toBe(404)
    expect((await scene.as(INVESTIGATOR, 'GET', `/cameras/${serial}`)).status).toBe(403)
    expect((await scene.as(MANAGER, 'GET', '/cameras/VB-nobody')).status).toBe(404)
  })
})
