import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type OpenIdIssuer,
  startOpenIdIssuer,
} from '../../../infra/local/openid-issuer/openid-issuer.ts'
import { sampleDocks, samplePeople } from '../../../infra/local/sample-people.ts'

const TENANT = '5a3c6a52-2d3e-4f5b-9d0f-6f1d1c2b3a4d'
const AUDIENCE = 'api://bluelamp'
const options = { tenantId: TENANT, audience: AUDIENCE, people: samplePeople, docks: sampleDocks }
const [investigator] = samplePeople
const [dock] = sampleDocks
if (!investigator || !dock) throw new Error('the sample data is empty')

const warnings = vi.spyOn(console, 'warn')
const notices = vi.spyOn(console, 'info')
let issuer: OpenIdIssuer
beforeAll(async () => {
  issuer = await startOpenIdIssuer(options)
})
afterAll(() => issuer.dispose())

describe('discovery', () => {
  it('names the paths of Entra ID v2.0, JWKS included', async () => {
    const response = await fetch(`${issuer.issuer}/.well-known/openid-configuration`)
    const tenant = issuer.issuer.replace(/\/v2\.0$/, '')
    expect(await response.json()).toMatchObject({
      issuer: issuer.issuer,
      authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: issuer.tokenEndpoint,
      jwks_uri: issuer.jwksUri,
    })
    expect(issuer.issuer).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/${TENANT}/v2\\.0$`))
  })

  it('answers 404 for another tenant', async () => {
    const { origin } = new URL(issuer.issuer)
    expect((await fetch(`${origin}/common/discovery/v2.0/keys`)).status).toBe(404)
  })
})

describe('a token for a dock', () => {
  it('is an app-only token with the role Dock and the oid of its service principal', async () => {
    const { claims, header } = await verified(issuer, await issuer.tokenFor(dock.site))
    expect(claims).toEqual({
      iss: issuer.issuer,
      aud: AUDIENCE,
      tid: TENANT,
      oid: dock.oid,
      sub: dock.oid,
      azp: dock.clientId,
      azpacr: '1',
      idtyp: 'app',
      roles: ['Dock'],
      ver: '2.0',
      uti: expect.any(String),
      iat: expect.any(Number),
      nbf: claims.iat,
      exp: Number(claims.iat) + 3600,
    })
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) })
  })

  it('is refused for a wrong secret', async () => {
    const response = await post(issuer.tokenEndpoint, {
      grant_type: 'client_credentials',
      client_id: dock.clientId,
      client_secret: 'wrong',
      scope: issuer.scope,
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: 'invalid_client' })
  })
})

describe('a token for a person', () => {
  it('comes of one call with a name or an oid', async () => {
    const byName = await post(issuer.tokenEndpoint, {
      grant_type: 'password',
      client_id: issuer.clientId,
      username: investigator.name.toLowerCase(),
    })
    const answer = (await byName.json()) as { access_token: string }
    expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })

    const { claims } = await verified(issuer, answer.access_token)
    expect(claims).toMatchObject({
      oid: investigator.oid,
      roles: investigator.roles,
      azp: issuer.clientId,
      scp: 'access_as_user',
      ver: '2.0',
    })
    expect(claims).not.toHaveProperty('idtyp')
    expect(claims.sub).not.toBe(investigator.oid)

    const byOid = await verified(issuer, await issuer.tokenFor(investigator.oid))
    expect(byOid.claims.sub).toBe(claims.sub)
  })

  it('is refused for a stranger, and by tokenFor with the name', async () => {
    const response = await post(issuer.tokenEndpoint, {
      grant_type: 'password',
      client_id: issuer.clientId,
      username: 'Nobody',
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: 'invalid_grant',
      error_description: 'username is neither the name nor the oid of a sample person',
    })
    await expect(issuer.tokenFor('Nobody')).rejects.toThrow('is called Nobody')
  })

  it('is given for a code after sign-in in a browser, with PKCE', async () => {
    const verifier = randomBytes(32).toString('base64url')
    const redirectUri = 'http://127.0.0.1:49152/callback'
    const code = await signedIn(issuer, investigator.oid, verifier, redirectUri)
    const response = await post(issuer.tokenEndpoint, {
      grant_type: 'authorization_code',
      client_id: issuer.clientId,
      code_verifier: verifier,
      redirect_uri: redirectUri,
      code,
    })
    const answer = (await response.json()) as { access_token: string; id_token: string }
    const { claims } = await verified(issuer, answer.access_token)
    expect(claims).toMatchObject({ oid: investigator.oid, scp: 'access_as_user' })
  })
})

describe('rotateKeys', () => {
  it('keeps the former key published once, and signs with the new one', async () => {
    const own = await startOpenIdIssuer(options)
    onTestFinished(() => own.dispose())
    const before = await own.tokenFor(investigator.name)
    await own.rotateKeys()
    const after = await own.tokenFor(investigator.name)

    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid)
    await verified(own, before)
    await verified(own, after)

    await own.rotateKeys()
    await expect(verified(own, before)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })
})

describe('startOpenIdIssuer', () => {
  it('keeps its keys over a restart when it has a folder for them', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'openid-issuer-'))
    onTestFinished(() => rm(dataDirectory, { recursive: true }))
    const first = await startOpenIdIssuer({ ...options, dataDirectory })
    const token = await first.tokenFor(investigator.name)
    await first.dispose()

    const port = Number(new URL(first.issuer).port)
    const second = await startOpenIdIssuer({ ...options, port, dataDirectory })
    onTestFinished(() => second.dispose())
    expect((await verified(second, token)).claims.oid).toBe(investigator.oid)
  })

  it('names the port that is already in use', async () => {
    const holder = createServer()
    const port = await new Promise<number>((found) => {
      holder.listen(0, '127.0.0.1', () => found((holder.address() as { port: number }).port))
    })
    onTestFinished(() => void holder.close())
    await expect(startOpenIdIssuer({ ...options, port })).rejects.toThrow(
      `the OpenID issuer cannot listen on port ${port}: EADDRINUSE`,
    )
  })

  it('prints none of the provider’s warnings about production', () => {
    expect(warnings).not.toHaveBeenCalled()
    expect(notices).not.toHaveBeenCalled()
  })
})

async function verified(by: OpenIdIssuer, token: string) {
  const keys = createRemoteJWKSet(new URL(by.jwksUri))
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer: by.issuer,
    audience: AUDIENCE,
    algorithms: ['RS256'],
  })
  return { claims: payload as JWTPayload & Record<string, unknown>, header: protectedHeader }
}

function post(url: string, form: Record<string, string>) {
  return fetch(url, { method: 'POST', body: new URLSearchParams(form) })
}

/** Walks through the pages as a browser does, cookies and redirects included, and returns the code. */
async function signedIn(by: OpenIdIssuer, oid: string, verifier: string, redirectUri: string) {
  const cookies = new Map<string, string>()
  const visit = async (url: string, form?: Record<string, string>) => {
    const response = await fetch(new URL(url, by.issuer), {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (name && value !== undefined) cookies.set(name, value)
    }
    return response
  }
  const locationOf = (response: Response) => {
    const location = response.headers.get('location')
    if (!location) throw new Error(`no redirect but ${response.status}`)
    return location
  }

  const start = new URL(by.authorizationEndpoint)
  start.search = new URLSearchParams({
    client_id: by.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: `openid ${AUDIENCE}/access_as_user`,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
  const signIn = locationOf(await visit(start.href))
  expect(await (await visit(signIn)).text()).toContain(`value="${oid}"`)
  const resume = locationOf(await visit(signIn, { person: oid }))
  const code = new URL(locationOf(await visit(resume))).searchParams.get('code')
  if (!code) throw new Error('the provider sent no code')
  return code
}
