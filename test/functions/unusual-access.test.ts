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

it('shows an auditor what a person was refused, and what they looked up', async () => {
  const asha = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'
  await app.call(INVESTIGATOR, 'GET', 'footage?borough=camden&limit=3')
  await app.call(INVESTIGATOR, 'GET', 'footage?borough=nowhere')
  const log = async (of: string, query = '') => {
    const answer = await app.call(AUDITOR, 'GET', `people/${asha}/${of}${query}`)
    expect(answer.status, answer.text).toBe(200)
    return answer.json as { items: object[]; next: string | null }
  }
  const refused = await log('attempts')
  expect(refused).toMatchObject({
    items: Array(5).fill({ action: 'list', refusal: 'missing', at: expect.any(String) }),
    next: null,
  })
  const first = await log('attempts', '?limit=3')
  const second = await log('attempts', `?limit=3&cursor=${first.next}`)
  expect([...first.items, ...second.items]).toEqual(refused.items)
  expect(second.next).toBeNull()
  expect(await log('attempts', '?to=2026-01-01T00:00:00Z&from=2025-01-01T00:00:00Z')).toEqual({
    items: [],
    next: null,
  })
  // What was not a question is none; what was, is there once.
  expect(await log('consultations')).toMatchObject({
    items: [{ consulted: 'footage', subject: '{"borough":"camden"}' }],
  })
  const watched = await app.call(
    AUDITOR,
    'GET',
    `people/0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a08/consultations`,
  )
  expect(watched.json).toMatchObject({
    items: expect.arrayContaining([
      expect.objectContaining({ consulted: 'attempts', subject: asha }),
      expect.objectContaining({ consulted: 'consultations', subject: asha }),
      expect.objectContaining({ consulted: 'unusual-access', subject: 'today' }),
    ]),
  })
  for (const of of ['attempts', 'consultations']) {
    expect((await app.call(MANAGER, 'GET', `people/${asha}/${of}`)).status).toBe(403)
    expect((await app.call(AUDITOR, 'GET', `people/${asha}/${of}?cursor=x`)).status).toBe(400)
  }
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
