import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createTickets, TICKET_LIFE_MS } from '../../../shared/access/tickets.ts'
import { oidSchema } from '../../../shared/clearance/person.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'

const KEY = Buffer.alloc(32, 7)
const START = Date.parse('2026-11-23T12:00:00.000Z')
const at = (ms: number, key = KEY) => createTickets(key, () => new Date(START + ms))
const HOLDER = {
  oid: oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'),
  roles: ['Investigator' as const],
  footageId: newFootageId(),
}
const REFUSED = expect.objectContaining({ code: 'not-found' })
const claims = { ...HOLDER, viewing: crypto.randomUUID() }
const signed = (change: (token: SignJWT) => SignJWT, payload: object = claims, key = KEY) =>
  change(
    new SignJWT({ ...payload })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('bluelamp')
      .setAudience('bluelamp:playback')
      .setExpirationTime(new Date(START + 1_000)),
  ).sign(key)

it('says who watches which recording, with a viewing of its own each time', async () => {
  const [one, other] = await Promise.all([at(0).issue(HOLDER), at(0).issue(HOLDER)])
  await expect(at(1).open(one.ticket)).resolves.toEqual({ ...HOLDER, viewing: one.viewing })
  expect(other.viewing).not.toBe(one.viewing)
})

it('ends when it says', async () => {
  const { ticket, expiresAt } = await at(0).issue(HOLDER)
  expect(Date.parse(expiresAt)).toBe(START + TICKET_LIFE_MS)
  await expect(at(TICKET_LIFE_MS - 1_000).open(ticket)).resolves.toMatchObject(HOLDER)
  await expect(at(TICKET_LIFE_MS).open(ticket)).rejects.toEqual(REFUSED)
})

describe('refused as if nothing were there is a ticket', () => {
  it.each(['', 'x', 'a.b.c', '..', 'eyJhbGciOiJub25lIn0.e30.'])('made up: %j', async (ticket) => {
    await expect(at(0).open(ticket)).rejects.toEqual(REFUSED)
  })

  it('of another key', async () => {
    const { ticket } = await at(0, Buffer.alloc(32, 8)).issue(HOLDER)
    await expect(at(0).open(ticket)).rejects.toEqual(REFUSED)
  })

  it('without a signature', async () => {
    const token = new UnsecuredJWT({ ...claims })
      .setIssuer('bluelamp')
      .setAudience('bluelamp:playback')
      .setExpirationTime(new Date(START + 1_000))
    await expect(at(0).open(token.encode())).rejects.toEqual(REFUSED)
  })

  it('whose holder was changed', async () => {
    const { ticket } = await at(0).issue(HOLDER)
    const [header, , signature] = ticket.split('.')
    const payload = Buffer.from(JSON.stringify({ ...claims, roles: ['EvidenceManager'] }))
    const forged = [header, payload.toString('base64url'), signature].join('.')
    await expect(at(0).open(forged)).rejects.toEqual(REFUSED)
  })

  it.each<[string, (token: SignJWT) => SignJWT, object?]>([
    ['of another issuer', (token) => token.setIssuer('other')],
    ['for another use', (token) => token.setAudience('bluelamp:export')],
    ['without a holder', (token) => token, { ...claims, oid: undefined }],
    ['with a role that is none', (token) => token, { ...claims, roles: ['Root'] }],
    ['of no recording', (token) => token, { ...claims, footageId: 'x' }],
  ])('%s', async (_, change, payload) => {
    await expect(at(0).open(await signed(change, payload))).rejects.toEqual(REFUSED)
    await expect(at(0).open(await signed((token) => token))).resolves.toEqual(claims)
  })

  it('without an end', async () => {
    const endless = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('bluelamp')
      .setAudience('bluelamp:playback')
      .sign(KEY)
    await expect(at(0).open(endless)).rejects.toEqual(REFUSED)
  })
})
