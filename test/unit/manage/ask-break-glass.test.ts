import { expect, it } from 'vitest'
import type { Visitor } from '../../../shared/access/visitor.ts'
import { officerSchema, oidSchema, type RegisterEntry } from '../../../shared/clearance/person.ts'
import { type Footage, footageSchema } from '../../../shared/footage/footage.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import { askBreakGlass } from '../../../shared/manage/ask-break-glass.ts'
import type { AskedBreakGlass } from '../../../shared/records/break-glass.ts'
import type { Services } from '../../../shared/services.ts'
import { footage } from '../footage-fixture.ts'

const NOW = new Date('2026-11-23T12:00:00.000Z')
const VETTED: RegisterEntry = {
  officer: officerSchema.parse('P240917'),
  unit: 'hackney-cid',
  borough: 'hackney',
  status: 'serving',
  vetting: [{ level: 'RV', awarded: '2024-01-01', expires: '2034-01-01', status: 'current' }],
  assignments: [],
}
const visitor = (register: RegisterEntry | null, role: 'Investigator' | 'Officer'): Visitor => ({
  principal: {
    oid: oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a03'),
    roles: [role],
    register,
  },
  clientAddress: null,
})

/** Asks for a recording, or for none; says what was answered, and what was done for it. */
async function ask(found: Footage | null, who = visitor(VETTED, 'Investigator')) {
  const done: string[] = []
  const sent: AskedBreakGlass[] = []
  const services = {
    now: () => NOW,
    catalogue: {
      find: async () => {
        done.push('find')
        return found
      },
    },
    queues: {
      send: async (_queue: string, message: AskedBreakGlass) => {
        done.push('send')
        sent.push(message)
      },
    },
    breakGlass: { addOwn: async () => void done.push('own') },
    attempts: { note: async () => void done.push('attempt') },
  } as unknown as Services
  const id = found?.id ?? newFootageId()
  const answer = askBreakGlass(services, who, id, 'risk to life').then(
    (asked) => ({ ...asked, request: typeof asked.request, footageId: '', judgement: null }),
    (error: { code: string }) => error.code,
  )
  return { answer: await answer, done, sent }
}

const DISPOSED = footageSchema.parse({ ...footage(), state: 'disposed' })

it('answers alike, and does the same, for what is there, closed, gone or never was', async () => {
  const missing = await ask(null)
  expect(missing.done).toEqual(['find', 'own', 'send'])
  expect(missing.answer).toMatchObject({ approveBefore: '2026-11-23T13:00:00.000Z' })
  for (const [found, judgement] of [
    [footage(), { basis: 'Investigator/remit' }],
    [footage({ restrictions: ['post-incident-lock'] }), { refusal: 'restricted' }],
    [footage({ marking: 'SECRET' }), { refusal: 'marked-too-high' }],
    [DISPOSED, { refusal: 'disposed' }],
  ] as const) {
    const { answer, done, sent } = await ask(found)
    expect(answer).toEqual(missing.answer)
    expect(done).toEqual(missing.done)
    expect(sent).toMatchObject([{ footageId: found.id, judgement }])
  }
})

it('says of what was disposed of that it is gone to those who could have listed it', async () => {
  const local = visitor(
    { ...VETTED, borough: DISPOSED.borough, unit: DISPOSED.unit },
    'Investigator',
  )
  expect(await ask(DISPOSED, local)).toEqual({ answer: 'gone', done: ['find'], sent: [] })
})

it.each([
  ['by nobody in the register', null, 'Investigator'],
  ['by the unvetted', { ...VETTED, vetting: [] }, 'Investigator'],
  ['by those who left', { ...VETTED, status: 'left' }, 'Investigator'],
  ['in a role that may not ask', VETTED, 'Officer'],
] as const)('is not asked %s, and nothing is looked up for them', async (_, register, role) => {
  for (const found of [footage(), null]) {
    const refused = await ask(found, visitor(register as RegisterEntry | null, role))
    expect(refused).toEqual({ answer: 'not-found', done: ['attempt'], sent: [] })
  }
})
