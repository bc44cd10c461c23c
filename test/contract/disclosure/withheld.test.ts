import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCursors } from '../../../shared/access/cursors.ts'
import { oidSchema, type Principal, registerEntrySchema } from '../../../shared/clearance/person.ts'
import { ROLES } from '../../../shared/clearance/roles.ts'
import { type Withheld, withheldOfCase } from '../../../shared/disclosure/withheld.ts'
import type { Footage } from '../../../shared/footage/footage.ts'
import type { Services } from '../../../shared/services.ts'
import { createAttempts } from '../../../shared/storage/tables/attempts.ts'
import { type Catalogue, createCatalogue } from '../../../shared/storage/tables/catalogue.ts'
import { createConsultations } from '../../../shared/storage/tables/consultations.ts'
import { createFootageIndex } from '../../../shared/storage/tables/footage-index.ts'
import { footageRecordedAt } from '../../unit/footage-fixture.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'

const NOW = new Date('2026-11-23T12:00:00.000Z')

let storage: TestStorage
let catalogue: Catalogue
let services: Services
beforeAll(async () => {
  storage = await startStorage()
  const { clients } = storage
  const index = createFootageIndex(clients.table('footageIndex'))
  catalogue = createCatalogue(clients.table('footage'), index, () => NOW)
  services = {
    index,
    cursors: createCursors(Buffer.alloc(32, 1), () => NOW),
    attempts: createAttempts(clients.table('attempts'), () => NOW),
    consultations: createConsultations(clients.table('consultations'), () => NOW),
    now: () => NOW,
  } as unknown as Services
})
afterAll(() => storage?.[Symbol.asyncDispose]())

const newCase = () => `01AB/${crypto.randomUUID().slice(0, 8).toUpperCase()}/26`
const officerOf = (urn: string, overrides: Partial<Principal> = {}): Principal => ({
  oid: oidSchema.parse(crypto.randomUUID()),
  roles: ['DisclosureOfficer'],
  register: registerEntrySchema.parse({
    officer: 'C711038',
    unit: 'disclosure',
    vetting: [{ level: 'RV', awarded: '2024-01-01', expires: '2034-01-01', status: 'current' }],
    assignments: [{ type: 'case-urn', value: urn }],
  }),
  ...overrides,
})
const ask = (principal: Principal, urn: string, cursor?: string): Promise<Withheld> =>
  withheldOfCase(services, { principal, clientAddress: '192.0.2.7' }, urn, { cursor })

async function inCase(
  urn: string,
  overrides: Partial<Footage> = {},
  at = '2026-11-02T03:04:05.678Z',
) {
  const references = [{ type: 'case-urn' as const, value: urn }]
  const one = footageRecordedAt(at, { references, ...overrides })
  await catalogue.add(one)
  return one
}

describe('the disclosure officer of a case', () => {
  it('learns how many of its recordings are withheld and whose, and nothing else of them', async () => {
    const urn = newCase()
    const seen = await inCase(urn)
    const hidden = [
      await inCase(urn, { restrictions: ['professional-standards'] }),
      await inCase(urn, { restrictions: ['post-incident-lock'] }, '2011-01-01T00:00:00.000Z'),
      await inCase(urn, { marking: 'SECRET' }),
      await inCase(urn, { marking: 'TOP-SECRET', unit: 'hackney-cid', borough: 'hackney' }),
    ]
    await inCase(newCase(), { marking: 'SECRET' })
    const answer = await ask(officerOf(urn), urn)
    expect(answer).toEqual({
      urn,
      recordings: 4,
      items: [
        { officer: 'P214567', unit: 'camden-response-1', borough: 'camden', recordings: 3 },
        { officer: 'P214567', unit: 'hackney-cid', borough: 'hackney', recordings: 1 },
      ],
      next: null,
    })
    for (const { id, clock } of [seen, ...hidden]) {
      expect(JSON.stringify(answer)).not.toContain(id)
      expect(JSON.stringify(answer)).not.toContain(clock.recordedAt.slice(0, 10))
    }
  })

  it('is told nothing where nothing is withheld', async () => {
    const urn = newCase()
    await inCase(urn)
    expect(await ask(officerOf(urn), urn)).toEqual({ urn, recordings: 0, items: [], next: null })
  })

  it('leaves a note of every inquiry in the log of what they looked up', async () => {
    const urn = newCase()
    const officer = officerOf(urn)
    await ask(officer, urn)
    await ask(officer, urn)
    const rows = await Array.fromAsync(services.consultations.of(officer.oid))
    const noted = rows.map(({ value }) => value)
    const note = { consulted: 'withheld-of-case', subject: urn, clientAddress: '192.0.2.7' }
    expect(noted).toMatchObject([note, note])
  })

  it('is not told while that cannot be noted', async () => {
    const urn = newCase()
    const down = { note: () => Promise.reject(new Error('down')) } as never
    const visitor = { principal: officerOf(urn), clientAddress: null }
    const asked = withheldOfCase({ ...services, consultations: down }, visitor, urn, {})
    await expect(asked).rejects.toThrow('down')
  })
})

describe('everybody else', () => {
  it('finds nothing there, whether there is such a case or not', async () => {
    const urn = newCase()
    await inCase(urn, { marking: 'SECRET' })
    const right = officerOf(urn)
    const { register } = right
    const expired = [{ ...register?.vetting[0], expires: '2025-01-01' }]
    const strangers: Principal[] = [
      { ...right, roles: ROLES.filter((role) => role !== 'DisclosureOfficer') },
      officerOf(newCase()),
      { ...right, register: null },
      { ...right, register: registerEntrySchema.parse({ ...register, vetting: expired }) },
    ]
    for (const stranger of strangers) {
      for (const asked of [urn, newCase()]) {
        await expect(ask(stranger, asked)).rejects.toMatchObject({ code: 'not-found' })
      }
    }
  })

  it('cannot go on with the cursor of another', async () => {
    const urn = newCase()
    const [one, other] = [officerOf(urn), officerOf(urn)]
    const binding = { list: 'withheld', oid: one.oid, query: urn }
    const span = { from: '2000-01-01T00:00:00.000Z', to: NOW.toISOString(), after: '0' }
    const cursor = services.cursors.seal(JSON.stringify(span), binding)
    expect(await ask(one, urn, cursor)).toMatchObject({ recordings: 0 })
    await expect(ask(other, urn, cursor)).rejects.toMatchObject({ code: 'invalid-request' })
  })
})

it('goes through a great case in several answers, and counts each recording once', async () => {
  const urn = newCase()
  for (let day = 1; day <= 7; day += 1) {
    await inCase(urn, { marking: 'SECRET' }, `2026-0${day}-01T00:00:00.000Z`)
  }
  const visitor = { principal: officerOf(urn), clientAddress: null }
  const counts: number[] = []
  let cursor: string | undefined
  do {
    const answer: Withheld = await withheldOfCase(services, visitor, urn, { cursor }, 3)
    counts.push(answer.recordings)
    cursor = answer.next ?? undefined
  } while (cursor !== undefined)
  expect(counts).toEqual([3, 3, 1])
})
