import { createServer } from 'node:http'
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Listening, listenOnLoopback } from '../../infra/local/loopback.ts'
import { type Authenticate, createAuthenticate } from '../../shared/access/authenticate.ts'

/** An issuer whose key this test holds: it signs whatever a forger would like it to sign. */
const ISSUER = 'https://login.example/tenant/v2.0'
const AUDIENCE = 'api://bluelamp'
const TENANT = '5a2f1c9e-6d0b-4f57-9c41-3b7a1e0d8f21'
const OID = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'
const UNAUTHENTICATED = expect.objectContaining({ code: 'unauthenticated' })
const now = Math.floor(Date.now() / 1000)

const GOOD: JWTPayload = {
  iss: ISSUER,
  aud: AUDIENCE,
  tid: TENANT,
  oid: OID,
  azp: '9d3b2f60-52a5-4c0e-8f0b-6f3f4f6f0b11',
  roles: ['Investigator'],
  iat: now - 60,
  nbf: now - 60,
  exp: now + 3600,
}

const HEAD = { alg: 'RS256', kid: 'one', typ: 'JWT' }

type Pair = Awaited<ReturnType<typeof generateKeyPair>>
let pair: Pair
let other: Pair
let published: JWK[]
let outage = false
let fetched = 0
let keys: Listening
let authenticate: Authenticate

beforeAll(async () => {
  ;[pair, other] = await Promise.all([keyPair(), keyPair()])
  const server = createServer((_, response) => {
    fetched += 1
    if (outage) return response.writeHead(503).end()
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }))
  })
  keys = await listenOnLoopback(server, 0, 'the key set')
})
afterAll(() => keys?.close())
beforeEach(async () => {
  published = [await publicJwk(pair, 'one')]
  fetched = 0
  outage = false
  authenticate = createAuthenticate(
    { issuer: ISSUER, audience: AUDIENCE, tenantId: TENANT, jwksUri: `${keys.origin}/keys` },
    () => new Date(now * 1000),
  )
})

const keyPair = () => generateKeyPair('RS256', { extractable: true })
const publicJwk = async ({ publicKey }: Pair, kid: string): Promise<JWK> => ({
  ...(await exportJWK(publicKey)),
  kid,
  use: 'sig',
})
const signed = (
  claims: object,
  header: Partial<JWTHeaderParameters> = {},
  { privateKey } = pair,
): Promise<string> =>
  new SignJWT({ ...GOOD, ...claims }).setProtectedHeader({ ...HEAD, ...header }).sign(privateKey)
const asked = (token: string) => authenticate(`Bearer ${token}`)
const base64url = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url')
/** Signed with the right key whatever it is: no library has looked at it. */
async function signedAsIs(header: object, payload: string): Promise<string> {
  const text = `${base64url(header)}.${Buffer.from(payload).toString('base64url')}`
  const { privateKey } = pair
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, Buffer.from(text))
  return `${text}.${Buffer.from(signature).toString('base64url')}`
}

it('takes the token that all others here are made of', async () => {
  await expect(signed({}).then(asked)).resolves.toMatchObject({ oid: OID, roles: ['Investigator'] })
})

it('takes an oid for the same in any case, so that nobody is two people', async () => {
  await expect(signed({ oid: OID.toUpperCase() }).then(asked)).resolves.toMatchObject({ oid: OID })
})

describe('well signed, and refused for what it says', () => {
  it.each([
    ['another issuer', { iss: `${ISSUER}/` }],
    ['an issuer of another case', { iss: ISSUER.toUpperCase() }],
    ['the issuer of another version', { iss: 'https://login.example/tenant' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'api://bluelamp2' }],
    ['an audience of another case', { aud: 'API://bluelamp' }],
    ['no audience', { aud: undefined }],
    ['several audiences', { aud: [AUDIENCE, 'api://other'] }],
    ['a list of one audience', { aud: [AUDIENCE] }],
    ['several issuers', { iss: [ISSUER] }],
    ['no client, as an ID token has none', { azp: undefined, nonce: 'n', name: 'Asha Rahman' }],
    ['another tenant', { tid: OID }],
    ['a list of tenants', { tid: [TENANT] }],
    ['no tenant', { tid: undefined }],
    ['no end', { exp: undefined }],
    ['an end beyond the skew', { exp: now - 31 }],
    ['an end that is text', { exp: String(now + 3600) }],
    ['an end that is no moment', { exp: null }],
    ['no beginning', { nbf: undefined }],
    ['a beginning beyond the skew', { nbf: now + 31 }],
    ['a beginning that is text', { nbf: String(now) }],
    ['nobody', { oid: undefined }],
    ['an e-mail in place of an oid', { oid: 'asha.rahman@example.org' }],
    ['an oid that is no GUID', { oid: `${OID}0` }],
    ['an oid with something after it', { oid: `${OID}\n` }],
    ['an e-mail beside it', { oid: undefined, email: OID, preferred_username: OID, sub: OID }],
    ['several people', { oid: [OID] }],
    ['a person that is an object', { oid: { toString: OID } }],
    ['roles that are one text', { roles: 'EvidenceManager' }],
    ['roles that are an object', { roles: { 0: 'EvidenceManager', length: 1 } }],
    ['roles within roles', { roles: [['EvidenceManager']] }],
  ])('%s', async (_, claims) => {
    await expect(signed(claims).then(asked)).rejects.toEqual(UNAUTHENTICATED)
  })
})

it('grants nothing for roles that there are not, and for claims that are like roles', async () => {
  const roles = ['evidencemanager', 'EvidenceManager ', 'Root', '__proto__', 'constructor', '']
  const token = await signed({
    roles,
    groups: ['EvidenceManager'],
    role: 'EvidenceManager',
    wids: ['EvidenceManager'],
    scp: 'EvidenceManager',
  })
  await expect(asked(token)).resolves.toMatchObject({ roles: [] })
  await expect(signed({ roles: undefined }).then(asked)).resolves.toMatchObject({ roles: [] })
})

it('is a dock and nothing else, whatever other roles it was given', async () => {
  const roles = ['Administrator', 'Dock', 'EvidenceManager']
  await expect(signed({ roles }).then(asked)).resolves.toMatchObject({ roles: ['Dock'] })
})

it('means by a claim that is there twice the last one (RFC 7519, section 4)', async () => {
  const twice = (name: string, first: string) =>
    signedAsIs(HEAD, JSON.stringify(GOOD).replace(`"${name}":`, `"${name}":${first},"${name}":`))
  for (const [name, first] of [
    ['aud', '"api://other"'],
    ['oid', `"${TENANT}"`],
    ['roles', '["EvidenceManager"]'],
  ] as const) {
    await expect(twice(name, first).then(asked), name).resolves.toMatchObject({
      oid: OID,
      roles: ['Investigator'],
    })
  }
  const last = JSON.stringify(GOOD).replace(/}$/, `,"aud":"api://other"}`)
  await expect(signedAsIs(HEAD, last).then(asked)).rejects.toEqual(UNAUTHENTICATED)
})

describe('refused for how it is signed', () => {
  it.each([
    ['none', 'none'],
    ['None', 'None'],
    ['NONE', 'NONE'],
    ['nothing', undefined],
    ['RS256 in another case', 'rs256'],
    ['a list', ['RS256']],
  ])('without a signature, algorithm %s', async (_, alg) => {
    for (const signature of ['', 'AA']) {
      const token = `${base64url({ ...HEAD, alg })}.${base64url(GOOD)}.${signature}`
      await expect(asked(token)).rejects.toEqual(UNAUTHENTICATED)
    }
    await expect(asked(new UnsecuredJWT(GOOD).encode())).rejects.toEqual(UNAUTHENTICATED)
  })

  it.each(['HS256', 'HS384', 'HS512'])('by the public key as a secret, %s', async (alg) => {
    const pem = await exportSPKI(pair.publicKey)
    for (const secret of [pem, pem.trim(), JSON.stringify(published[0]), published[0]?.n ?? '']) {
      const token = await new SignJWT(GOOD)
        .setProtectedHeader({ ...HEAD, alg })
        .sign(Buffer.from(secret.padEnd(64)))
      await expect(asked(token)).rejects.toEqual(UNAUTHENTICATED)
    }
  })

  it('by another key, that the token itself brings or names an address of', async () => {
    const jwk = await exportJWK(other.publicKey)
    for (const header of [
      { jwk },
      { jku: `${keys.origin}/other` },
      { x5u: `${keys.origin}/other` },
      { x5c: ['AAAA'] },
      { kid: undefined },
      { kid: 'one' },
    ]) {
      const token = await signed({}, header as object, other)
      await expect(asked(token)).rejects.toEqual(UNAUTHENTICATED)
    }
    expect(fetched).toBe(1)
  })

  it.each([
    ['RS384', 'RS384'],
    ['RS512', 'RS512'],
    ['PS256', 'PS256'],
  ])('by the right key, with %s', async (_, alg) => {
    const again = await generateKeyPair(alg)
    const token = await new SignJWT(GOOD)
      .setProtectedHeader({ ...HEAD, alg })
      .sign(again.privateKey)
    await expect(asked(token)).rejects.toEqual(UNAUTHENTICATED)
  })

  it('by the right key, with a header that is to be understood and is not', async () => {
    for (const header of [
      { crit: ['exp'], exp: 1 },
      { crit: ['https://example.org/x'], 'https://example.org/x': 1 },
      { crit: [] },
      { crit: 'b64' },
      { b64: false, crit: ['b64'] },
    ]) {
      const token = await signedAsIs({ ...HEAD, ...header }, JSON.stringify(GOOD))
      await expect(asked(token), JSON.stringify(header)).rejects.toEqual(UNAUTHENTICATED)
    }
    const token = await signedAsIs(HEAD, JSON.stringify(GOOD))
    await expect(asked(token)).resolves.toMatchObject({ oid: OID })
  })

  it.each(['id_token+jwt', 'at+jwt', 'logout+jwt', 'dpop+jwt', 'JOSE', '', undefined, ['JWT']])(
    'by the right key, as a token of another kind: %j',
    async (typ) => {
      const token = await signedAsIs({ ...HEAD, typ }, JSON.stringify(GOOD))
      await expect(asked(token)).rejects.toEqual(UNAUTHENTICATED)
    },
  )

  it('by the right key, around another token', async () => {
    const inner = await signed({})
    for (const payload of [inner, JSON.stringify(inner), `[${JSON.stringify(GOOD)}]`]) {
      const nested = await signedAsIs({ ...HEAD, cty: 'JWT' }, payload)
      await expect(asked(nested)).rejects.toEqual(UNAUTHENTICATED)
    }
    const [protectedHeader, payload, signature] = inner.split('.')
    const flattened = JSON.stringify({ protected: protectedHeader, payload, signature })
    await expect(asked(flattened)).rejects.toEqual(UNAUTHENTICATED)
    await expect(asked(Buffer.from(flattened).toString('base64url'))).rejects.toEqual(
      UNAUTHENTICATED,
    )
  })

  it.each([
    '../../../../dev/null',
    "' or '1'='1",
    'one\u0000',
    'one; drop table people',
    'ONE',
    'http://127.0.0.1/other',
    'file:///etc/passwd',
    '0',
    'k'.repeat(10_000),
  ])('by the right key, under a name that is none: %j', async (kid) => {
    await expect(signed({}, { kid }).then(asked)).rejects.toEqual(UNAUTHENTICATED)
    expect(fetched).toBe(1)
  })
})

describe('the keys', () => {
  it('are fetched once, however many tokens name keys that there are not', async () => {
    await signed({}).then(asked)
    const unknown = Array.from({ length: 40 }, (_, n) => signed({}, { kid: `unknown-${n}` }, other))
    for (const token of await Promise.all(unknown)) {
      await expect(asked(token)).rejects.toEqual(UNAUTHENTICATED)
    }
    expect(fetched).toBe(1)
  })

  it('are fetched once for callers who come at the same time', async () => {
    const token = await signed({})
    await Promise.all(Array.from({ length: 20 }, () => asked(token)))
    expect(fetched).toBe(1)
  })

  it('that are not published any more sign nothing, once they are asked for again', async () => {
    const before = await signed({})
    await asked(before)
    published = [await publicJwk(other, 'two')]
    const after = await signed({}, { kid: 'two' }, other)
    await expect(asked(after)).rejects.toEqual(UNAUTHENTICATED)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
    onTestFinished(() => void vi.useRealTimers())
    await expect(asked(after)).resolves.toMatchObject({ oid: OID })
    await expect(asked(before)).rejects.toEqual(UNAUTHENTICATED)
  })

  it('are the issuer’s to give: while it cannot, known ones count on, and then nobody is let in', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const [token, stranger] = await Promise.all([signed({}), signed({}, { kid: 'x' }, other)])
    outage = true
    await expect(asked(token)).rejects.toMatchObject({ code: 'unavailable' })
    outage = false
    await expect(asked(token)).resolves.toMatchObject({ oid: OID })
    outage = true
    vi.setSystemTime(Date.now() + 5 * 60_000)
    await expect(asked(token)).resolves.toMatchObject({ oid: OID })
    await expect(asked(stranger)).rejects.toMatchObject({ code: 'unavailable' })
    vi.setSystemTime(Date.now() + 10 * 60_000)
    await expect(asked(token)).rejects.toMatchObject({ code: 'unavailable' })
    outage = false
    await expect(asked(token)).resolves.toMatchObject({ oid: OID })
    await expect(asked(stranger)).rejects.toEqual(UNAUTHENTICATED)
  })

  it('are needed by name where there are several', async () => {
    published = [await publicJwk(pair, 'one'), await publicJwk(other, 'two')]
    await expect(signed({}, { kid: undefined } as object).then(asked)).rejects.toEqual(
      UNAUTHENTICATED,
    )
  })
})

it('blames the token, never the service, for whatever is sent as one', async () => {
  const header = base64url(HEAD)
  const junk = [
    `${'x'.repeat(1_000_000)}`,
    `${header}.${'A'.repeat(1_000_000)}.AAAA`,
    `${header}.${base64url(GOOD)}.AAAA`,
    `${header}.${base64url([])}.AAAA`,
    `${header}.${base64url(null)}.AAAA`,
    `${header}.AA%.AAAA`,
    `${base64url(null)}.${base64url(GOOD)}.AAAA`,
    `${base64url([])}.${base64url(GOOD)}.AAAA`,
    `${base64url({ ...HEAD, kid: {} })}.${base64url(GOOD)}.AAAA`,
    `${base64url({ ...HEAD, kid: 1 })}.${base64url(GOOD)}.AAAA`,
    `${base64url({ ...HEAD, kid: '__proto__' })}.${base64url(GOOD)}.AAAA`,
    `${base64url({ ...HEAD, kid: 'k'.repeat(100_000) })}.${base64url(GOOD)}.AAAA`,
    `${base64url({ ...HEAD, alg: '__proto__' })}.${base64url(GOOD)}.AAAA`,
    `${'['.repeat(50_000)}.x.x`,
    `${Buffer.from('['.repeat(50_000)).toString('base64url')}.x.x`,
    '....',
    '..',
    'a.b.c.d.e',
    '\u0000.\u0000.\u0000',
  ]
  for (const token of junk) {
    await expect(asked(token), token.slice(0, 80)).rejects.toEqual(UNAUTHENTICATED)
  }
})
