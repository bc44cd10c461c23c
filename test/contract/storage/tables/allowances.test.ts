import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RATE_LIMITS } from '../../../../shared/access/rate-limits.ts'
import { type Oid, oidSchema } from '../../../../shared/clearance/person.ts'
import { type Allowances, createAllowances } from '../../../../shared/storage/tables/allowances.ts'
import { startStorage, type TestStorage } from '../../storage-fixture.ts'

const START = Date.parse('2026-11-23T10:00:00.000Z')
const LIMITS = {
  ...RATE_LIMITS,
  export: { calls: 3, withinMs: 60_000, counted: 'everywhere' },
  search: { calls: 2, withinMs: 60_000, counted: 'per-instance' },
} as const

let storage: TestStorage
let time = START
let actor: Oid
/** Two instances of the app on one storage account. */
let instances: [Allowances, Allowances]
let people = 0
beforeAll(async () => {
  storage = await startStorage()
})
afterAll(() => storage[Symbol.asyncDispose]())
beforeEach(() => {
  time = START
  people += 1
  actor = oidSchema.parse(`0b8f6f5e-3d0b-4c53-9d55-${String(people).padStart(12, '0')}`)
  const instance = () =>
    createAllowances(storage.clients.table('allowances'), () => new Date(time), LIMITS)
  instances = [instance(), instance()]
})

describe('a limit that is counted everywhere', () => {
  it('is one limit on however many instances', async () => {
    const [one, other] = instances
    const left = [
      await one.spend(actor, 'export'),
      await other.spend(actor, 'export'),
      await one.spend(actor, 'export'),
      await other.spend(actor, 'export'),
    ]
    expect(left).toMatchObject([
      { allowed: true, remaining: 2 },
      { allowed: true, remaining: 1 },
      { allowed: true, remaining: 0 },
      { allowed: false, retryAfterMs: 20_000 },
    ])
    time += 20_000
    expect(await other.spend(actor, 'export')).toMatchObject({ allowed: true })
  })

  it('is kept when all of it is asked for at once', async () => {
    const calls = Array.from({ length: 20 }, (_, n) => instances[n % 2 === 0 ? 0 : 1])
    const all = await Promise.all(calls.map((instance) => instance.spend(actor, 'export')))
    expect(all.filter(({ allowed }) => allowed)).toHaveLength(3)
  })

  it('is each caller’s and each limit’s own', async () => {
    const [one] = instances
    for (let call = 0; call < 4; call += 1) await one.spend(actor, 'export')
    const other = oidSchema.parse(actor.replace(/^0b/, '1b'))
    expect(await one.spend(other, 'export')).toMatchObject({ allowed: true, remaining: 2 })
    expect(await one.spend(actor, 'read-audit')).toMatchObject({ allowed: true })
  })
})

it('counts on each instance what is not worth a row', async () => {
  const [one, other] = instances
  for (let call = 0; call < 2; call += 1) await one.spend(actor, 'search')
  expect(await one.spend(actor, 'search')).toEqual({ allowed: false, retryAfterMs: 30_000 })
  expect(await other.spend(actor, 'search')).toMatchObject({ allowed: true, remaining: 1 })
  time += 30_000
  expect(await one.spend(actor, 'search')).toMatchObject({ allowed: true, remaining: 0 })
})
