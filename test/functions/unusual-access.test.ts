import { afterAll, beforeAll, expect, it } from 'vitest'
import { newFootageId } from '../../shared/footage/ids.ts'
import { AUDITOR, INVESTIGATOR, type LocalApp, MANAGER, startApp } from './local-app.ts'

let app: LocalApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

it('shows an auditor who tried one recording after the other', async () => {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    expect((await app.call(INVESTIGATOR, 'GET', `footage/${newFootageId()}`)).status).toBe(404)
  }
  const { status, json } = await app.call(AUDITOR, 'GET', 'audit/unusual-access')
  expect(status).toBe(200)
  expect(json).toMatchObject({ people: 1, items: [{ finding: 'refused-burst', count: 5 }] })
  const before = await app.call(AUDITOR, 'GET', 'audit/unusual-access?day=2020-01-01')
  expect(before.json).toEqual({ day: '2020-01-01', people: 0, items: [] })
})

it('is for auditors, and for a day', async () => {
  expect((await app.call(MANAGER, 'GET', 'audit/unusual-access')).status).toBe(403)
  expect((await app.call(null, 'GET', 'audit/unusual-access')).status).toBe(401)
  for (const query of ['day=yesterday', 'day=2026-02-30', 'other=1']) {
    expect((await app.call(AUDITOR, 'GET', `audit/unusual-access?${query}`)).status).toBe(400)
  }
})
