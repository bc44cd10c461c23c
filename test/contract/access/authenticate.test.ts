import { createPublicKey } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type OpenIdIssuer,
  startOpenIdIssuer,
} from '../../../infra/local/openid-issuer/openid-issuer.ts'
import { sampleDocks, samplePeople } from '../../../infra/local/sample-people.ts'
import { type Authenticate, createAuthenticate } from '../../../shared/access/authenticate.ts'

const TENANT = '5a2f1c9e-6d0b-4f57-9c41-3b7a1e0d8f21'
const AUDIENCE = 'api://bluelamp'
const PERSON = {
  oid: '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01',
  name: 'Asha Rahman',
  roles: ['Investigator', 'Root', 'investigator'],
}
const UNAUTHENTICATED = expect.objectContaining({ code: 'unauthenticated' })
const HOUR_MS = 3_600_000

let issuer: OpenIdIssuer
let token: string
beforeAll(async () => {
  issuer = await startOpenIdIssuer({
    tenantId: TENANT,
    audience: AUDIENCE,
    people: [PERSON, ...samplePeople.slice(1)],
    docks: sampleDocks,
  })
  token = await issuer.tokenFor(PERSON.name)
})
afterAll(() => issuer?.dispose())

const auth = (change = {}) => ({
  issuer: issuer.issuer,
  audience: AUDIENCE,
  tenantId: TENANT,
  jwksUri: issuer.jwksUri,
  ...change,
})
const authenticating = (change = {}, now = () => new Date()): Authenticate =>
  createAuthenticate(auth(change), now)
const bearer = (text: string) => `Bearer ${text}`

it('knows a person by oid, with the roles that there are, until when that counts', async () => {
  await expect(authenticating()(bearer(token))).resolves.toEqual({
    oid: PERSON.oid,
    roles: ['Investigator'],
    vouchedUntil: new Date(((decodeJwt(token).exp ?? 0) + 30) * 1000).toISOString(),
  })
})

it('knows a dock', async () => {
  const dock = await issuer.tokenFor('kentish-town')
  await expect(authenticating()(`bearer ${dock}`)).resolves.toMatchObject({ roles: ['Dock'] })
})

describe('refused is', () => {
  it.each([null, '', 'Bearer', 'Bearer ', 'Basic eDp5', 'Bearer x', 'Bearer a.b.c', 'Bearer a b'])(
    'the header %j',
    async (header) => {
      await expect(authenticating()(header)).rejects.toEqual(UNAUTHENTICATED)
    },
  )

  it.each([
    ['audience', { audience: 'api://other' }],
    ['issuer', { issuer: 'https://login.example/v2.0' }],
    ['tenant', { tenantId: '11111111-6d0b-4f57-9c41-3b7a1e0d8f21' }],
  ])('a token of another %s', async (_, change) => {
    await expect(authenticating(change)(bearer(token))).rejects.toEqual(UNAUTHENTICATED)
  })

  it('a token before it begins and after it ends', async () => {
    const at = (ms: number) => authenticating({}, () => new Date(Date.now() + ms))(bearer(token))
    await expect(at(-HOUR_MS)).rejects.toEqual(UNAUTHENTICATED)
    await expect(at(48 * HOUR_MS)).rejects.toEqual(UNAUTHENTICATED)
  })

  it('a token whose payload or signature was changed', async () => {
    const [header, payload, signature = ''] = token.split('.')
    const raised = { ...decodeJwt(token), roles: ['EvidenceManager'] }
    const other = Buffer.from(JSON.stringify(raised)).toString('base64url')
    for (const forged of [
      [header, other, signature],
      [header, payload, signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))],
      [header, payload, ''],
    ]) {
      await expect(authenticating()(bearer(forged.join('.')))).rejects.toEqual(UNAUTHENTICATED)
    }
  })

  it('a token without a signature', async () => {
    const unsigned = new UnsecuredJWT(decodeJwt(token)).encode()
    await expect(authenticating()(bearer(unsigned))).rejects.toEqual(UNAUTHENTICATED)
  })

  it('a token signed with the public key, as if it were a shared secret', async () => {
    const { keys } = (await (await fetch(issuer.jwksUri)).json()) as { keys: { kid: string }[] }
    const [jwk] = keys
    if (!jwk) throw new Error('The issuer publishes no key.')
    const pem = createPublicKey({ key: { ...jwk }, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    })
    const forged = await new SignJWT(decodeJwt(token))
      .setProtectedHeader({ alg: 'HS256', kid: jwk.kid })
      .sign(Buffer.from(pem))
    await expect(authenticating()(bearer(forged))).rejects.toEqual(UNAUTHENTICATED)
  })

  it('a token of a stranger who names the key of the issuer', async () => {
    const { privateKey } = await generateKeyPair('RS256')
    const kid = JSON.parse(atob(token.split('.')[0] ?? '')).kid
    const forged = await new SignJWT(decodeJwt(token))
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(privateKey)
    await expect(authenticating()(bearer(forged))).rejects.toEqual(UNAUTHENTICATED)
  })
})

it('says nothing of the token in its refusal', async () => {
  const refusal = await authenticating({ audience: 'api://other' })(bearer(token)).catch(String)
  expect(refusal).not.toContain(token.slice(0, 20))
  expect(refusal).not.toContain(PERSON.name)
})

it('follows a key rotation once the keys may be asked for again', async () => {
  const authenticate = authenticating()
  await authenticate(bearer(token))
  await issuer.rotateKeys()
  const fresh = await issuer.tokenFor(PERSON.name)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
  onTestFinished(() => void vi.useRealTimers())
  await expect(authenticate(bearer(fresh))).resolves.toMatchObject({ oid: PERSON.oid })
  await expect(authenticate(bearer(token))).resolves.toMatchObject({ oid: PERSON.oid })
})

it.each([
  ['an error', 500, '{}'],
  ['no JSON', 200, '<html>'],
  ['no key set', 200, '{}'],
])('blames the issuer, not the token, when it answers %s for its keys', async (_, status, body) => {
  const server = createServer((_request, response) => response.writeHead(status).end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
  await expect(authenticating({ jwksUri })(bearer(token))).rejects.toMatchObject({
    code: 'unavailable',
  })
})
