import { UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createCursors } from '../../../shared/access/cursors.ts'
import { createSealing } from '../../../shared/access/sealing.ts'
import { createTickets } from '../../../shared/access/tickets.ts'
import { oidSchema } from '../../../shared/clearance/person.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'

const KEY = Buffer.alloc(32, 7)
const tickets = createTickets(KEY)
const TICKET = {
  oid: oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'),
  footageId: newFootageId(),
  viewing: crypto.randomUUID(),
}
const REFUSED = expect.objectContaining({ code: 'not-found' })
const texts = Object.values(TICKET)

it('says who watches which recording, as which viewing', () => {
  expect(tickets.open(tickets.issue(TICKET))).toEqual(TICKET)
})

it('fits into a URL, and nobody can read in it', () => {
  const ticket = tickets.issue(TICKET)
  expect(ticket).toMatch(/^[\w-]{1,200}$/)
  const bytes = Buffer.from(ticket, 'base64url').toString('latin1')
  for (const text of texts) expect(bytes).not.toContain(text)
})

describe('refused as if nothing were there is a ticket', () => {
  const refused = (ticket: string) => expect(() => tickets.open(ticket)).toThrow(REFUSED)

  it.each(['', 'x', 'a.b.c', '..', '%', 'x'.repeat(5_000)])('made up: %j', refused)

  it('that is a token without a signature', () => refused(new UnsecuredJWT(TICKET).encode()))

  it('of another key', () => refused(createTickets(Buffer.alloc(32, 8)).issue(TICKET)))

  it.each([
    ['for another use', 'ticket', ['export'], texts],
    ['of another sealing', 'cursor', ['view'], texts],
    ['without a viewing', 'ticket', ['view'], texts.slice(0, 2)],
    ['with more than that', 'ticket', ['view'], [...texts, 'EvidenceManager']],
    ['of no recording', 'ticket', ['view'], [texts[0], 'x', texts[2]]],
  ])('%s', (_, use, binding, parts) => {
    refused(createSealing(KEY, use).seal(parts.join(' '), binding))
    expect(tickets.open(createSealing(KEY, 'ticket').seal(texts.join(' '), ['view']))).toBeTruthy()
  })

  it('that is a cursor', () => {
    const cursors = createCursors(KEY, () => new Date())
    refused(cursors.seal(texts.join(' '), { list: 'view', oid: TICKET.oid, query: '' }))
  })

  it('in which any one character was changed', () => {
    const ticket = tickets.issue(TICKET)
    for (const at of ticket.split('').keys()) {
      const other = ticket[at] === 'A' ? 'B' : 'A'
      refused(ticket.slice(0, at) + other + ticket.slice(at + 1))
    }
  })

  it('that is spelt differently', () => {
    const ticket = tickets.issue(TICKET)
    for (const other of [`${ticket}=`, ` ${ticket}`, `${ticket}A`]) refused(other)
  })
})
