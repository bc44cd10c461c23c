import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ADMINISTRATOR, INVESTIGATOR, type LocalApp, MANAGER, startApp } from './local-app.ts'

let app: LocalApp
let authorization: string
beforeAll(async () => {
  app = await startApp()
  authorization = `Bearer ${await app.system.issuer.tokenFor(ADMINISTRATOR)}`
})
afterAll(() => app?.[Symbol.asyncDispose]())

const entry = (unit: string, overrides: object = {}) => ({
  officer: 'P300001',
  unit,
  vetting: [],
  assignments: [],
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
