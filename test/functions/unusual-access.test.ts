import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { newFootageId } from '../../shared/footage/ids.ts'
import { AUDITOR, INVESTIGATOR, type LocalApp, MANAGER, startApp } from './local-app.ts'

let app: LocalApp
beforeAll(async () => {
  // The watch runs when a test says so.
  app = await startApp({ WATCH_SCHEDULE: '0 0 0 1 1 *' })
})
afterAll(() => app?.[Symbol.asyncDispose]())

it('shows an auditor who tried one recording after the other', async () => {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    expect((await app.call(INVESTIGATOR, 'GET', `footage/${newFootageId()}`)).status).toBe(404)
  }
  const { status, json } = await app.call(AUDITOR, 'GET', 'audit/unusual-access')
  expect(status).toBe(200)
  expect(json).toMatchObject({
    people: 1,
    items: [{ officer: 'P231180', finding: 'refused-burst', count: 5 }],
  })
  const before = await app.call(AUDITOR, 'GET', 'audit/unusual-access?day=2020-01-01')
  expect(before.json).toEqual({
    day: '2020-01-01',
    people: 0,
    findings: 0,
    items: [],
    next: null,
  })
})

it('tells other systems of each finding once', async () => {
  const told = () =>
    app.system.eventGrid
      .recentEvents()
      .filter(({ eventType }) => eventType === 'Bluelamp.UnusualAccess')
  for (let run = 0; run < 2; run += 1) await app.system.host?.runTimer('watchAccess')
  await vi.waitFor(() => expect(told()).toHaveLength(1))
  const asha = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'
  expect(told()).toMatchObject([
    {
      subject: expect.stringMatching(new RegExp(`^access/20..-..-../${asha}$`)),
      data: { actor: asha, finding: 'refused-burst' },
    },
  ])
})

it('is for auditors, and for a day', async () => {
  expect((await app.call(MANAGER, 'GET', 'audit/unusual-access')).status).toBe(403)
  expect((await app.call(null, 'GET', 'audit/unusual-access')).status).toBe(401)
  for (const query of ['day=yesterday', 'day=2026-02-30', 'other=1', 'limit=0', 'cursor=x']) {
    expect((await app.call(AUDITOR, 'GET', `audit/unusual-access?${query}`)).status).toBe(400)
  }
})
