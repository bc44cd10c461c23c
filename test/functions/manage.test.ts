import { odata, TableClient } from '@azure/data-tables'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openScene, PIPELINE_LIMIT_MS, personWith, type Reply, type Scene } from '../scene.ts'
import {
  ADMINISTRATOR,
  AUDITOR,
  DOCK,
  INVESTIGATOR,
  MANAGER,
  OTHER_BOROUGH,
  UNVETTED,
  uploadRequest,
} from './local-app.ts'

const SUPERVISOR = personWith('Supervisor')
const DISCLOSURE = personWith('DisclosureOfficer')
const POST_INCIDENT = personWith('PostIncidentManager')
const OFFICER = personWith('Officer')
const GRACE = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a03'
const HELEN = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a06'
const NOTHING = '019ab4ea-0000-7000-8000-000000000000'
const reason = 'asked for by the officer in charge'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.[Symbol.asyncDispose]())

/** A recording of Camden that a dock has announced, with what is said of it here. */
async function recording(overrides: object = {}): Promise<string> {
  const opened = await scene.as(DOCK, 'POST', '/uploads', uploadRequest('x', overrides))
  return (opened.json() as { id: string }).id
}
const view = async (id: string) => {
  const reply = await scene.as(MANAGER, 'GET', `/footage/${id}/management`)
  return { etag: reply.headers.get('etag') ?? '', ...(reply.json() as Record<string, unknown>) }
}
/** A change that rests on the version there is now. */
const change = async (who: string, method: string, path: string, body: object): Promise<Reply> => {
  const [, , id = ''] = path.split('/')
  const { etag } = await view(id)
  return scene.as(who, method, path, body, { 'if-match': etag })
}
const problemOf = ({ json }: Reply) => json() as { status: number; type: string; errors?: object[] }
const trailOf = async (id: string) => {
  const reply = await scene.as(AUDITOR, 'GET', `/footage/${id}/audit`)
  return (
    reply.json() as { items: { action: string; processing: string | null; reason: string }[] }
  ).items
}
/** The log of what a person was refused. */
const attemptsOf = async (oid: string) => {
  const table = TableClient.fromConnectionString(
    scene.system.storage.connectionString,
    'attempts',
    { allowInsecureConnection: true },
  )
  const rows: { action: string; footageId: string; refusal: string }[] = []
  const queryOptions = { filter: odata`PartitionKey eq ${oid}` }
  for await (const row of table.listEntities<{ document: string }>({ queryOptions })) {
    rows.push(JSON.parse(row.document))
  }
  return rows
}
const search = async (who: string, query: string) => {
  const reply = await scene.as(who, 'GET', `/footage?${query}`)
  return (reply.json() as { items: { id: string }[] }).items.map(({ id }) => id)
}

describe('amending a recording', () => {
  it('keeps what was received beside each correction, and moves it in the index', async () => {
    const unit = `unit-${crypto.randomUUID()}`
    const id = await recording({ unit, category: 'stop-search' })
    const amended = await change(MANAGER, 'PATCH', `/footage/${id}`, {
      reason,
      borough: 'hackney',
      recordedAt: '2026-01-05T09:30:00Z',
      category: null,
    })
    expect(amended.status).toBe(200)
    const truth = await view(id)
    expect(truth).toMatchObject({
      etag: amended.headers.get('etag'),
      borough: 'hackney',
      recordedAt: '2026-01-05T09:30:00.000Z',
      corrections: [
        { field: 'borough', from: 'camden', to: 'hackney', by: HELEN, reason },
        { field: 'recordedAt', to: '2026-01-05T09:30:00.000Z' },
        { field: 'category', from: 'stop-search', to: null },
      ],
    })
    expect(truth).not.toHaveProperty('category')
    const span = 'from=2026-01-01&to=2026-02-01'
    expect(await search(OTHER_BOROUGH, `borough=hackney&${span}`)).toContain(id)
    expect(await search(INVESTIGATOR, `borough=camden&${span}`)).not.toContain(id)
    expect(await trailOf(id)).toMatchObject([
      { action: 'metadata-viewed' },
      { action: 'metadata-corrected', processing: 'alteration', reason },
      { action: 'metadata-corrected', processing: 'alteration' },
      { action: 'category-changed', processing: 'alteration' },
      { action: 'metadata-viewed' },
      { action: 'audit-read' },
    ])
  })

  it('demands the version that it rests on, and takes no other', async () => {
    const id = await recording()
    const detail = await scene.as(INVESTIGATOR, 'GET', `/footage/${id}`)
    const etag = detail.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"rev-\d+"$/)
    const patch = (headers: Record<string, string>) =>
      scene.as(MANAGER, 'PATCH', `/footage/${id}`, { reason, marking: 'OFFICIAL' }, headers)
    expect(problemOf(await patch({}))).toMatchObject({ status: 428 })
    for (const stale of ['"rev-0"', '*', `W/${etag}`, 'junk']) {
      expect(problemOf(await patch({ 'if-match': stale }))).toMatchObject({ status: 412 })
    }
    expect((await patch({ 'if-match': etag })).status).toBe(200)
    expect((await patch({ 'if-match': etag })).status).toBe(412)
    const actions = (await trailOf(id)).map(({ action }) => action)
    expect(actions.filter((action) => action === 'marking-changed')).toHaveLength(1)
  })

  it('names the field at fault', async () => {
    const id = await recording()
    const future = new Date(Date.now() + 3_600_000).toISOString()
    for (const [body, field] of [
      [{ reason }, 'body'],
      [{ marking: 'OFFICIAL' }, 'reason'],
      [{ reason, marking: 'SECRET-ISH' }, 'marking'],
      [{ reason, recordedAt: future }, 'recordedAt'],
      [{ reason, officer: null }, 'officer'],
      [{ reason, marking: 'OFFICIAL', state: 'ready' }, 'body'],
    ] as const) {
      const problem = problemOf(await change(MANAGER, 'PATCH', `/footage/${id}`, body))
      expect(problem).toMatchObject({ status: 400, errors: [{ field }] })
    }
  })

  it('is for those who may mark it; all others find nothing there', async () => {
    const id = await recording()
    for (const who of [INVESTIGATOR, OTHER_BOROUGH, OFFICER, AUDITOR, ADMINISTRATOR, DISCLOSURE]) {
      const refused = await change(who, 'PATCH', `/footage/${id}`, { reason, marking: 'OFFICIAL' })
      expect(refused.status, who).toBe(404)
      const looked = await scene.as(who, 'GET', `/footage/${id}/management`)
      expect(looked.text, who).toBe(refused.text)
    }
    const headers = { 'if-match': '"rev-1"' }
    const body = { reason, marking: 'OFFICIAL' }
    const missing = await scene.as(MANAGER, 'PATCH', `/footage/${NOTHING}`, body, headers)
    expect(missing.status).toBe(404)
  })

  it('closes and opens again what it restricts, for those who manage it too', async () => {
    const id = await recording()
    const restrict = (who: string, restrictions: string[]) =>
      change(who, 'PATCH', `/footage/${id}`, { reason, restrictions })
    expect((await restrict(SUPERVISOR, ['child', 'child'])).status).toBe(200)
    for (const who of [INVESTIGATOR, SUPERVISOR, MANAGER]) {
      expect((await scene.as(who, 'GET', `/footage/${id}`)).status).toBe(404)
    }
    expect(await view(id)).toMatchObject({ restrictions: ['child'] })
    // The borough that set it does not lift it.
    expect((await restrict(SUPERVISOR, [])).status).toBe(404)
    expect((await restrict(MANAGER, [])).status).toBe(200)
    expect((await scene.as(INVESTIGATOR, 'GET', `/footage/${id}`)).status).toBe(200)
  })

  it('leaves the post-incident lock to the post-incident manager', async () => {
    const id = await recording()
    const restrict = (who: string, restrictions: string[]) =>
      change(who, 'PATCH', `/footage/${id}`, { reason, restrictions })
    expect((await restrict(SUPERVISOR, ['child', 'post-incident-lock'])).status).toBe(200)
    expect((await restrict(SUPERVISOR, ['post-incident-lock'])).status).toBe(404)
    expect((await restrict(MANAGER, ['child'])).status).toBe(403)
    expect((await restrict(MANAGER, ['post-incident-lock'])).status).toBe(200)
    for (const who of [OFFICER, INVESTIGATOR, MANAGER, POST_INCIDENT]) {
      expect((await scene.as(who, 'GET', `/footage/${id}`)).status, who).toBe(404)
    }
    expect((await restrict(POST_INCIDENT, [])).status).toBe(200)
    expect((await scene.as(OFFICER, 'GET', `/footage/${id}`)).status).toBe(200)
  })

  it('isolates what is marked too high, and raises an alert', async () => {
    const id = await recording()
    const marked = await change(MANAGER, 'PATCH', `/footage/${id}`, { reason, marking: 'SECRET' })
    expect(marked.status).toBe(200)
    const told = { eventType: 'Bluelamp.FootageIsolated', subject: `footage/${id}` }
    await vi.waitFor(() =>
      expect(scene.system.eventGrid.recentEvents()).toContainEqual(expect.objectContaining(told)),
    )
    for (const who of [MANAGER, SUPERVISOR, INVESTIGATOR]) {
      expect((await scene.as(who, 'GET', `/footage/${id}`)).status).toBe(404)
    }
    expect(await trailOf(id)).toContainEqual(
      expect.objectContaining({ action: 'marking-changed', processing: 'alteration' }),
    )
  })
})

describe('references and cases', () => {
  it('are linked and unlinked, slashes and spaces included', async () => {
    const id = await recording()
    const path = `/footage/${id}/references/crime/2412345%2f26%20a`
    for (const _ of [1, 2]) {
      expect((await change(INVESTIGATOR, 'PUT', path, { reason })).status).toBe(200)
    }
    const reference = { type: 'crime', value: '2412345/26 A' }
    expect(await view(id)).toMatchObject({ references: [reference] })
    expect(await search(INVESTIGATOR, 'reference=crime:2412345/26%20A')).toContain(id)
    const unlink = () =>
      change(INVESTIGATOR, 'DELETE', `/footage/${id}/references/crime/2412345/26 A`, { reason })
    expect((await unlink()).status).toBe(200)
    expect((await unlink()).status).toBe(404)
    expect(await view(id)).toMatchObject({ references: [] })
    expect(await search(INVESTIGATOR, 'reference=crime:2412345/26%20A')).not.toContain(id)
    const kinds = (await trailOf(id)).filter(({ action }) => action.startsWith('reference'))
    expect(kinds.map(({ action, processing }) => [action, processing])).toEqual([
      ['reference-linked', 'combination'],
      ['reference-unlinked', 'alteration'],
    ])
  })

  it('let the disclosure officer of a case mark material for it', async () => {
    const urn = `01AB/${Math.floor(Math.random() * 1e6)}/26`
    const id = await recording({ references: [{ type: 'crime', value: '2412345/26' }] })
    const at = `/footage/${id}/cases/${encodeURIComponent(urn)}`
    const mark = {
      reason,
      standing: 'sensitive-unused',
      reviewer: 'C711038',
      reviewedOn: '2026-01-02',
    }
    expect((await change(DISCLOSURE, 'PUT', at, mark)).status).toBe(409)
    const link = `/footage/${id}/references/case-urn/${urn}`
    expect((await change(MANAGER, 'PUT', link, { reason })).status).toBe(200)
    expect((await change(INVESTIGATOR, 'PUT', at, mark)).status).toBe(404)
    expect((await change(DISCLOSURE, 'PUT', at, mark)).status).toBe(200)
    const detail = await scene.as(INVESTIGATOR, 'GET', `/footage/${id}`)
    expect(detail.json()).toMatchObject({
      cases: [{ urn, standing: 'sensitive-unused', reviewer: 'C711038', reviewedOn: '2026-01-02' }],
    })
    const tomorrow = { ...mark, reviewedOn: '9999-01-01' }
    expect((await change(MANAGER, 'PUT', at, tomorrow)).status).toBe(400)
  })
})

describe('what is withheld from the disclosure officer of a case', () => {
  it('is counted for them by owner, and for nobody else', async () => {
    const urn = `01AB/${crypto.randomUUID().slice(0, 8).toUpperCase()}/26`
    const references = [{ type: 'case-urn', value: urn }]
    const id = await recording({ references })
    await change(MANAGER, 'PATCH', `/footage/${id}`, { reason, restrictions: ['child'] })
    const ask = (who: string) => scene.as(who, 'GET', `/cases/${encodeURIComponent(urn)}/withheld`)
    expect((await ask(DISCLOSURE)).status).toBe(404)
    const joan = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a07'
    const at = `/people/${joan}/assignments/case-urn/${encodeURIComponent(urn)}`
    const read = await scene.as(ADMINISTRATOR, 'GET', `/people/${joan}/assignments`)
    const version = { 'if-match': read.headers.get('etag') ?? '' }
    expect((await scene.as(ADMINISTRATOR, 'PUT', at, { reason }, version)).status).toBe(200)
    const answer = await ask(DISCLOSURE)
    expect(answer.json()).toEqual({
      urn,
      recordings: 1,
      items: [{ officer: 'P214567', unit: 'camden-response-1', borough: 'camden', recordings: 1 }],
      next: null,
    })
    for (const who of [MANAGER, SUPERVISOR, INVESTIGATOR, AUDITOR]) {
      expect((await ask(who)).status, who).toBe(403)
    }
  })
})

describe('access by name', () => {
  it('is given, ends when it is taken away, and is never one’s own to give', async () => {
    const id = await recording()
    const until = new Date(Date.now() + 3_600_000).toISOString()
    const at = `/footage/${id}/grants/${GRACE}`
    const sees = async () => (await scene.as(OTHER_BOROUGH, 'GET', `/footage/${id}`)).status
    expect(await sees()).toBe(404)
    expect((await change(MANAGER, 'PUT', at, { reason, level: 'view', until })).status).toBe(200)
    expect(await sees()).toBe(200)
    const detail = await scene.as(OTHER_BOROUGH, 'GET', `/footage/${id}`)
    expect(detail.text).not.toContain(GRACE)
    const original = await scene.as(OTHER_BOROUGH, 'POST', `/footage/${id}/original`, { reason })
    expect(original.status).toBe(404)
    expect((await change(MANAGER, 'DELETE', at, { reason })).status).toBe(200)
    expect(await sees()).toBe(404)
    expect((await change(MANAGER, 'DELETE', at, { reason })).status).toBe(404)

    const slip = `/footage/${id}/grants/${NOTHING}`
    expect((await change(MANAGER, 'PUT', slip, { reason, level: 'view', until })).status).toBe(409)
    const own = `/footage/${id}/grants/${HELEN}`
    expect((await change(MANAGER, 'PUT', own, { reason, level: 'view', until })).status).toBe(403)
    for (const bad of ['2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z', 'soon']) {
      const refused = await change(MANAGER, 'PUT', at, { reason, level: 'view', until: bad })
      expect(refused.status).toBe(400)
    }
    const junk = await change(MANAGER, 'DELETE', `/footage/${id}/grants/x`, { reason })
    expect(junk.status).toBe(404)
  })
})

describe('a hold', () => {
  it('is placed with a reason and released by name', async () => {
    const id = await recording()
    const at = `/footage/${id}/holds/iopc-2026-114`
    expect((await change(INVESTIGATOR, 'PUT', at, { reason })).status).toBe(404)
    expect((await change(SUPERVISOR, 'PUT', at, {})).status).toBe(400)
    expect((await change(SUPERVISOR, 'PUT', at, { reason })).status).toBe(200)
    expect(await view(id)).toMatchObject({ holds: [{ name: 'iopc-2026-114', reason }] })
    const detail = await scene.as(INVESTIGATOR, 'GET', `/footage/${id}`)
    expect(detail.text).not.toContain('iopc')
    expect((await change(MANAGER, 'DELETE', at, { reason })).status).toBe(200)
    expect((await change(MANAGER, 'DELETE', at, { reason })).status).toBe(404)
    expect(await view(id)).toMatchObject({ holds: [] })
  })
})

describe('breaking the glass', () => {
  const ask = (who: string, id: string) =>
    scene.as(who, 'POST', `/footage/${id}/break-glass`, { reason: 'missing child, risk to life' })
  const approve = (who: string, id: string, request: string) =>
    scene.as(who, 'POST', `/footage/${id}/break-glass/${request}/approval`)
  type Pending = { request: string; footageId: string; requester: object; footage: object }
  const pending = async (who: string) => {
    const reply = await scene.as(who, 'GET', '/break-glass/requests')
    return (reply.json() as { items: Pending[] }).items
  }
  /** Waits until those who may approve have a request before them. */
  const heard = (request: string) =>
    vi.waitFor(async () => {
      const found = (await pending(MANAGER)).find((one) => one.request === request)
      if (!found) throw new Error(`${request} is not to be approved.`)
      return found
    }, PIPELINE_LIMIT_MS)

  it('takes two people, ends by itself, and is reviewed by a third', async () => {
    const id = await recording()
    const asked = await ask(OTHER_BOROUGH, id)
    expect(asked.status).toBe(202)
    const { request } = asked.json() as { request: string }
    await heard(request)
    expect((await scene.as(OTHER_BOROUGH, 'GET', `/footage/${id}`)).status).toBe(404)
    expect((await approve(INVESTIGATOR, id, request)).status).toBe(404)
    expect((await approve(SUPERVISOR, id, NOTHING)).status).toBe(404)
    expect(await view(id)).toMatchObject({ breakGlass: [{ request, requester: { oid: GRACE } }] })

    const approved = await approve(SUPERVISOR, id, request)
    expect(approved.json()).toMatchObject({ state: 'approved' })
    expect((await approve(SUPERVISOR, id, request)).json()).toEqual(approved.json())
    expect((await approve(MANAGER, id, request)).status).toBe(409)
    expect((await scene.as(OTHER_BOROUGH, 'GET', `/footage/${id}`)).status).toBe(200)
    const { until } = approved.json() as { until: string }
    expect((await view(id)) as object).toMatchObject({
      grants: [{ oid: GRACE, level: 'view', until }],
    })

    expect((await scene.as(MANAGER, 'GET', '/break-glass/reviews')).status).toBe(403)
    const due = async () => (await scene.as(AUDITOR, 'GET', '/break-glass/reviews')).text
    expect(await due()).toContain(request)
    const review = (who: string, body: object) =>
      scene.as(who, 'PUT', `/break-glass/reviews/${request}`, body)
    expect((await review(MANAGER, { outcome: 'justified', note: 'child found' })).status).toBe(403)
    expect((await review(AUDITOR, { outcome: 'fine' })).status).toBe(400)
    expect((await review(AUDITOR, { outcome: 'justified', note: 'child found' })).status).toBe(200)
    expect((await review(AUDITOR, { outcome: 'justified', note: 'child found' })).status).toBe(404)
    expect(await due()).not.toContain(request)
    const actions = (await trailOf(id)).map(({ action }) => action)
    expect(actions.filter((action) => action.startsWith('break-glass'))).toEqual([
      'break-glass-asked',
      'break-glass-approved',
      'break-glass-reviewed',
    ])
  })

  const own = async (who: string) => {
    const reply = await scene.as(who, 'GET', '/break-glass/own?limit=100')
    return (reply.json() as { items: { request: string; footageId: string }[] }).items
  }
  const refuse = (who: string, id: string, request: string, body: object) =>
    scene.as(who, 'POST', `/footage/${id}/break-glass/${request}/refusal`, body)
  const sees = async (id: string) => (await scene.as(OTHER_BOROUGH, 'GET', `/footage/${id}`)).status
  /** An access that was asked for, heard and approved. */
  const opened = async (id: string) => {
    const { request } = (await ask(OTHER_BOROUGH, id)).json() as { request: string }
    await heard(request)
    expect((await approve(SUPERVISOR, id, request)).status).toBe(200)
    expect(await sees(id)).toBe(200)
    return request
  }
  const accessOf = (state: string, request: string) => expect.objectContaining({ request, state })

  it('ends at once when its review finds that it was not justified', async () => {
    const id = await recording()
    const request = await opened(id)
    const review = { outcome: 'not-justified', note: 'nobody was missing' }
    const reviewed = await scene.as(AUDITOR, 'PUT', `/break-glass/reviews/${request}`, review)
    expect(reviewed.status).toBe(200)
    expect(await sees(id)).toBe(404)
    expect(await view(id)).toMatchObject({
      grants: [],
      breakGlass: [{ request, ended: { because: 'not-justified', reason: review.note } }],
    })
    expect((await approve(SUPERVISOR, id, request)).status).toBe(409)
    expect(await sees(id)).toBe(404)
    expect(await trailOf(id)).toContainEqual(
      expect.objectContaining({
        action: 'break-glass-ended',
        reason: review.note,
        detail: { request, oid: GRACE, because: 'not-justified' },
      }),
    )
    expect(await own(OTHER_BOROUGH)).toContainEqual(
      expect.objectContaining({ request, state: 'reviewed', outcome: 'not-justified' }),
    )
  })

  it('is ended early by those who take the access away, and not given again by its approver', async () => {
    const id = await recording()
    const request = await opened(id)
    expect(await own(OTHER_BOROUGH)).toContainEqual(accessOf('approved', request))
    const at = `/footage/${id}/grants/${GRACE}`
    expect((await change(MANAGER, 'DELETE', at, { reason })).status).toBe(200)
    expect(await sees(id)).toBe(404)
    expect((await approve(SUPERVISOR, id, request)).status).toBe(409)
    expect(await sees(id)).toBe(404)
    expect(await own(OTHER_BOROUGH)).toContainEqual(accessOf('over', request))
    const ends = (await trailOf(id)).filter(({ action }) => action === 'break-glass-ended')
    expect(ends).toMatchObject([{ reason }])
  })

  it('is refused with a reason, which whoever asked reads only if they are to', async () => {
    const id = await recording()
    const body = { reason: 'the unit has found her' }
    for (const tellRequester of [false, true]) {
      const { request } = (await ask(OTHER_BOROUGH, id)).json() as { request: string }
      await heard(request)
      expect((await refuse(INVESTIGATOR, id, request, body)).status).toBe(404)
      expect((await refuse(SUPERVISOR, id, NOTHING, body)).status).toBe(404)
      expect((await refuse(SUPERVISOR, id, request, {})).status).toBe(400)
      const refused = await refuse(SUPERVISOR, id, request, { ...body, tellRequester })
      expect(refused.json()).toMatchObject({ request, state: 'refused' })
      expect((await refuse(SUPERVISOR, id, request, body)).json()).toEqual(refused.json())
      expect((await refuse(MANAGER, id, request, body)).status).toBe(409)
      expect((await approve(MANAGER, id, request)).status).toBe(409)
      expect(await pending(MANAGER)).not.toContainEqual(expect.objectContaining({ request }))
      expect(await own(OTHER_BOROUGH)).toContainEqual(
        tellRequester
          ? expect.objectContaining({ request, state: 'refused', refusedBecause: body.reason })
          : accessOf('asked', request),
      )
      expect(await view(id)).toMatchObject({
        breakGlass: expect.arrayContaining([
          expect.objectContaining({ request, refusal: expect.objectContaining(body) }),
        ]),
      })
    }
    const refusals = (await trailOf(id)).filter(({ action }) => action === 'break-glass-refused')
    expect(refusals).toMatchObject([body, body])
    const approved = await opened(await recording())
    const other = (await own(OTHER_BOROUGH)).find(({ request }) => request === approved)
    expect((await refuse(SUPERVISOR, other?.footageId ?? '', approved, body)).status).toBe(409)
  })

  it('shows whoever asked their requests alone, newest first, a page at a time', async () => {
    const asked: string[] = []
    for (const id of [NOTHING, await recording(), NOTHING]) {
      asked.unshift(((await ask(INVESTIGATOR, id)).json() as { request: string }).request)
    }
    const found: string[] = []
    let query = 'limit=1'
    while (found.length < asked.length) {
      const reply = await scene.as(INVESTIGATOR, 'GET', `/break-glass/own?${query}`)
      const { items, next } = reply.json() as { items: { request: string }[]; next: string }
      expect(items).toHaveLength(1)
      found.push(...items.map(({ request }) => request))
      query = `limit=1&cursor=${next}`
    }
    expect(found).toEqual(asked)
    expect((await scene.as(SUPERVISOR, 'GET', `/break-glass/own?${query}`)).status).toBe(400)
    for (const { request, footageId, ...rest } of await own(INVESTIGATOR)) {
      expect(Object.keys(rest).toSorted()).toEqual(['approveBefore', 'askedAt', 'reason', 'state'])
      expect(rest).toMatchObject({ state: 'asked' })
    }
    expect(await own(SUPERVISOR)).not.toContainEqual(expect.objectContaining({ request: asked[0] }))
    expect((await scene.as(AUDITOR, 'GET', '/break-glass/own')).status).toBe(403)
  })

  it('is never approved by whoever asked', async () => {
    const id = await recording()
    const { request } = (await ask(SUPERVISOR, id)).json() as { request: string }
    await heard(request)
    expect((await approve(SUPERVISOR, id, request)).status).toBe(403)
    expect(await pending(SUPERVISOR)).not.toContainEqual(expect.objectContaining({ request }))
  })

  it('is not for the unvetted, nor for a post-incident lock', async () => {
    const id = await recording()
    for (const who of [UNVETTED, OFFICER, AUDITOR]) {
      expect((await ask(who, id)).status, who).toBe(404)
    }
    const { request } = (await ask(OTHER_BOROUGH, id)).json() as { request: string }
    await heard(request)
    const restrictions = ['post-incident-lock']
    await change(MANAGER, 'PATCH', `/footage/${id}`, { reason, restrictions })
    expect((await approve(SUPERVISOR, id, request)).status).toBe(404)
    expect(await pending(MANAGER)).not.toContainEqual(expect.objectContaining({ request }))
  })

  it('lays before those who may approve what they must know, and records that they saw it', async () => {
    const id = await recording({ references: [{ type: 'incident', value: 'CAD 4417' }] })
    await change(MANAGER, 'PATCH', `/footage/${id}`, { reason, restrictions: ['child'] })
    const { request } = (await ask(OTHER_BOROUGH, id)).json() as { request: string }
    expect(await heard(request)).toMatchObject({
      footageId: id,
      reason: 'missing child, risk to life',
      requester: { oid: GRACE, unit: 'hackney-cid', borough: 'hackney' },
      footage: {
        officer: 'P214567',
        borough: 'camden',
        references: [{ type: 'incident', value: 'CAD 4417' }],
        marking: 'OFFICIAL-SENSITIVE',
        restrictions: ['child'],
      },
    })
    expect(await pending(SUPERVISOR)).toContainEqual(expect.objectContaining({ request }))
    for (const who of [INVESTIGATOR, AUDITOR, ADMINISTRATOR]) {
      expect((await scene.as(who, 'GET', '/break-glass/requests')).status, who).toBe(403)
    }
    const looks = (await trailOf(id)).filter(({ action }) => action === 'metadata-viewed')
    expect(looks).toContainEqual(expect.objectContaining({ detail: { request } }))
    await approve(SUPERVISOR, id, request)
    expect(await pending(MANAGER)).not.toContainEqual(expect.objectContaining({ request }))
  })

  it('answers whoever may ask alike, whatever there is, and hears only what may be opened', async () => {
    const [open, locked, secret] = [await recording(), await recording(), await recording()]
    const restrictions = ['post-incident-lock']
    await change(MANAGER, 'PATCH', `/footage/${locked}`, { reason, restrictions })
    await change(MANAGER, 'PATCH', `/footage/${secret}`, { reason, marking: 'SECRET' })
    const answers = new Map<string, string>()
    for (const id of [NOTHING, locked, secret, open]) {
      const asked = await ask(OTHER_BOROUGH, id)
      expect(asked.status).toBe(202)
      const { request, approveBefore, ...rest } = asked.json() as Record<string, string>
      expect(rest).toEqual({ state: 'pending' })
      expect(Date.parse(approveBefore ?? '')).toBeGreaterThan(Date.now())
      answers.set(id, request ?? '')
    }
    await heard(answers.get(open) ?? '')
    for (const id of [NOTHING, locked, secret]) {
      expect((await approve(MANAGER, id, answers.get(id) ?? '')).status, id).toBe(404)
    }
    for (const id of [locked, secret]) {
      expect((await trailOf(id)).map(({ action }) => action)).not.toContain('break-glass-asked')
      expect(await view(id)).toMatchObject({ breakGlass: [] })
    }
    await vi.waitFor(async () => {
      const refused = await attemptsOf(GRACE)
      expect(refused.filter(({ action }) => action === 'break-glass')).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ footageId: NOTHING, refusal: 'missing' }),
          expect.objectContaining({ footageId: locked, refusal: 'restricted' }),
          expect.objectContaining({ footageId: secret, refusal: 'marked-too-high' }),
        ]),
      )
      expect(refused.map(({ footageId }) => footageId)).not.toContain(open)
    }, PIPELINE_LIMIT_MS)
  })
})
