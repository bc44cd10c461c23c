import { randomInt, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  ADMINISTRATOR,
  AUDITOR,
  INVESTIGATOR,
  type LocalApp,
  MANAGER,
  startApp,
} from './local-app.ts'

let app: LocalApp
let authorization: string
beforeAll(async () => {
  app = await startApp()
  authorization = `Bearer ${await app.system.issuer.tokenFor(ADMINISTRATOR)}`
})
afterAll(() => app?.[Symbol.asyncDispose]())

const officerNumber = () => `P${randomInt(1e8, 1e9)}`
const entry = (unit: string, overrides: object = {}) => ({
  officer: officerNumber(),
  unit,
  vetting: [],
  assignments: [],
  reason: 'joined the borough',
  ...overrides,
})
const put = (oid: string, body: object, ifMatch?: string) =>
  fetch(`${app.system.api}/people/${oid}`, {
    method: 'PUT',
    body: JSON.stringify(body),
    headers: { authorization, ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
  })

it('adds a person once, and replaces only the entry that was read', async () => {
  const oid = randomUUID()
  const added = await put(oid, entry('first'))
  expect(added.status).toBe(200)
  expect((await put(oid, entry('again'))).status).toBe(412)

  const replaced = await put(oid, entry('second'), added.headers.get('etag') ?? '')
  expect(replaced.status).toBe(200)
  expect((await put(oid, entry('third'), added.headers.get('etag') ?? '')).status).toBe(412)

  const read = await app.call(ADMINISTRATOR, 'GET', `people/${oid}`)
  expect(read.json).toMatchObject({ unit: 'second' })
  expect(read.headers.get('etag')).toBe(replaced.headers.get('etag'))
})

it.each(['junk', '"junk"', 'W/"datetime\'junk\'"', ''])(
  'takes no other version for the one there is: If-Match %j',
  async (ifMatch) => {
    const oid = randomUUID()
    await put(oid, entry('first'))
    const answer = await put(oid, entry('second'), ifMatch)
    expect(answer.status).toBe(412)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect((await put(randomUUID(), entry('new'), '"junk"')).status).toBe(412)
  },
)

it.each([
  [{ officer: 'x' }, 'officer'],
  [{ vetting: [{ level: 'BPSS' }] }, 'vetting.0.level'],
  [{ assignments: [{ type: 'crime', value: '#' }] }, 'assignments.0.value'],
  [{ notes: 'anything' }, 'body'],
])('names the field at fault: %j', async (overrides, field) => {
  const answer = await put(randomUUID(), entry('first', overrides))
  expect(answer.status).toBe(400)
  const { errors } = (await answer.json()) as { errors: { field: string }[] }
  expect(errors.map((error) => error.field)).toContain(field)
})

it('is changed with a reason, which its history keeps', async () => {
  const oid = randomUUID()
  const { reason: _, ...unexplained } = entry('first')
  for (const body of [unexplained, { ...unexplained, reason: ' ' }]) {
    const refused = await put(oid, body)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ errors: [{ field: 'reason' }] })
  }
  const reason = 'came back from secondment'
  const added = await put(oid, { ...unexplained, reason })
  expect(await added.json()).not.toHaveProperty('reason')
  const history = await app.call(AUDITOR, 'GET', `people/${oid}/history`)
  expect(history.json).toMatchObject({ items: [{ cause: 'entered', reason }], whole: true })
})

it('gives a warrant number to one person at a time, until they leave', async () => {
  const [first, second] = [randomUUID(), randomUUID()]
  const [mine, other] = [officerNumber(), officerNumber()]
  const added = await put(first, entry('camden-cid', { officer: mine }))
  expect((await put(second, entry('camden-cid', { officer: mine }))).status).toBe(409)
  const joined = await put(second, entry('camden-cid', { officer: other }))
  const take = (ifMatch: string) => put(second, entry('camden-cid', { officer: mine }), ifMatch)
  expect((await take(joined.headers.get('etag') ?? '')).status).toBe(409)
  const left = { officer: mine, status: 'left' }
  await put(first, entry('camden-cid', left), added.headers.get('etag') ?? '')
  expect((await take(joined.headers.get('etag') ?? '')).status).toBe(200)
  expect((await put(randomUUID(), entry('camden-cid', { officer: other }))).status).toBe(200)
})

it('is searched by warrant number, and listed a page at a time, without vetting', async () => {
  const [oid, officer] = [randomUUID(), officerNumber()]
  await put(oid, entry('camden-cid', { officer, borough: 'camden' }))
  const person = { oid, officer, unit: 'camden-cid', borough: 'camden', status: 'serving' }
  const find = (who: string, query: string) => app.call(who, 'GET', `people?${query}`)
  for (const who of [ADMINISTRATOR, AUDITOR, MANAGER]) {
    expect((await find(who, `officer=${officer}`)).json).toEqual({ items: [person], next: null })
  }
  expect((await find(MANAGER, `officer=${officerNumber()}`)).json).toEqual({
    items: [],
    next: null,
  })
  expect((await find(INVESTIGATOR, `officer=${officer}`)).status).toBe(403)

  const all: { oid: string }[] = []
  let query = 'limit=4'
  for (;;) {
    const { items, next } = (await find(ADMINISTRATOR, query)).json as {
      items: { oid: string }[]
      next: string | null
    }
    expect(items.length).toBeLessThanOrEqual(4)
    all.push(...items)
    if (next === null) break
    query = `limit=4&cursor=${next}`
    expect((await find(MANAGER, query)).status).toBe(400)
  }
  expect(all.map((one) => one.oid)).toEqual(all.map((one) => one.oid).toSorted())
  expect(all).toContainEqual(person)
  expect(new Set(all.map((one) => one.oid)).size).toBe(all.length)
})

it('is changed by nobody for themselves', async () => {
  const leon = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a09'
  for (const oid of [leon, leon.toUpperCase()]) {
    const answer = await put(oid, entry('camden-cid'))
    expect(answer.status).toBe(403)
  }
})

it('is kept by administrators alone', async () => {
  for (const who of [INVESTIGATOR, MANAGER]) {
    for (const method of ['GET', 'PUT']) {
      const body = method === 'PUT' ? entry('first') : undefined
      const answer = await app.call(who, method, `people/${randomUUID()}`, body)
      expect(answer.status).toBe(403)
    }
  }
  const nobody = await app.call(ADMINISTRATOR, 'GET', `people/${randomUUID()}`)
  expect(nobody.status).toBe(404)
})
