import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FixtureApp, type ShownRequest, startApp } from './fixture-app.ts'

const SOURCE = `
const show = async (request) => ({
  jsonBody: {
    url: request.url,
    params: request.params,
    query: [...request.query],
    headers: Object.fromEntries(request.headers),
    body: request.method === 'POST' ? await request.text() : undefined,
  },
})
app.http('show', { route: 'show/{id?}', handler: show })
app.http('a', { route: 'footage/{id}', handler: async () => ({ body: 'a' }) })
app.http('b', { route: 'footage/summary', handler: async () => ({ body: 'b' }) })
app.http('numbered', { route: 'numbers/{n:int}', handler: async () => ({ body: 'number' }) })
app.http('throws', { handler: async () => { throw new Error('on purpose') } })
app.http('undefined', { handler: async () => {} })
app.http('notAnObject', { handler: async () => 'text' })
app.http('stream', {
  handler: async () => ({
    status: 201,
    headers: { 'content-type': 'text/event-stream', 'x-own': 'yes' },
    body: (async function* () { yield Buffer.from('one,'); yield Buffer.from('two') })(),
  }),
})
app.http('brokenStream', {
  handler: async () => ({
    body: (async function* () { yield Buffer.from('one'); throw new Error('midway') })(),
  }),
})
app.http('bytes', { handler: async () => ({ body: new Uint8Array([0, 255, 128]) }) })
app.http('cookies', {
  handler: async () => ({
    cookies: [
      { name: 'a', value: '1 2', path: '/', httpOnly: true, secure: true, sameSite: 'Strict' },
      { name: 'b', value: '3', maxAge: 60 },
    ],
  }),
})
app.http('locked', { authLevel: 'function', handler: async () => ({ body: 'in' }) })
app.http('environment', { handler: async () => ({ jsonBody: process.env }) })
`

describe('HTTP functions without streaming', () => {
  let app: FixtureApp
  beforeAll(async () => {
    app = await startApp({
      source: SOURCE,
      settings: { OWN_SETTING: 'yes', FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '2000' },
    })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const call = (path: string, init?: RequestInit) => fetch(`${app.url}${path}`, init)
  const shown = async (path: string, init?: RequestInit) =>
    (await (await call(path, init)).json()) as ShownRequest

  it.each([
    ['/api/none', 'GET'],
    ['/api/show', 'PUT'],
    ['/api/show', 'HEAD'],
    ['/api/show', 'OPTIONS'],
    ['/api//show', 'GET'],
    ['//', 'GET'],
    ['/api/numbers/x', 'GET'],
    ['/show', 'GET'],
  ])('answers 404, empty, to %s %s', async (path, method) => {
    const response = await call(path, { method })
    expect(response.status).toBe(404)
    expect(response.headers.get('content-length')).toBe('0')
    expect(await response.text()).toBe('')
  })

  it('lets the name of a function decide which route wins', async () => {
    expect(await (await call('/API/Footage/Summary/')).text()).toBe('a')
  })

  it('answers a throw with an empty 500 at once', async () => {
    const response = await call('/api/throws')
    expect([response.status, await response.text()]).toEqual([500, ''])
    expect(app.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        functionName: 'throws',
        message: expect.stringContaining('on purpose'),
      }),
    )
  })

  it('answers undefined with 204', async () => {
    expect((await call('/api/undefined')).status).toBe(204)
  })

  it.each(['notAnObject', 'brokenStream'])('answers %s with 500', async (name) => {
    const response = await call(`/api/${name}`)
    expect([response.status, await response.text()]).toEqual([500, ''])
  })

  it('buffers a stream to its end and keeps status and headers', async () => {
    const response = await call('/api/stream')
    expect([response.status, await response.text()]).toEqual([201, 'one,two'])
    expect(response.headers.get('content-length')).toBe('7')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('x-own')).toBe('yes')
    expect(response.headers.has('x-ms-invocation-id')).toBe(false)
  })

  it('leaves bytes as they are', async () => {
    const body = new Uint8Array(await (await call('/api/bytes')).arrayBuffer())
    expect([...body]).toEqual([0, 255, 128])
  })

  it('sets each cookie with its attributes', async () => {
    expect((await call('/api/cookies')).headers.getSetCookie()).toEqual([
      'a=1%202; Path=/; SameSite=Strict; Secure; HttpOnly',
      'b=3; Max-Age=60',
    ])
  })

  it('keeps query entries out of params and joins repeated ones', async () => {
    const { params, query, url } = await shown('/api/show/7?x=1&x=2&ID=9')
    expect(params).toEqual({ id: '7' })
    expect(query).toEqual([
      ['x', '1,2'],
      ['ID', '9'],
    ])
    expect(new URL(url).searchParams.getAll('x')).toEqual(['1', '2'])
  })

  it('leaves an encoded slash in params', async () => {
    expect((await shown('/api/show/a%2Fb')).params).toEqual({ id: 'a%2Fb' })
  })

  it.each([
    ['to nothing', undefined, /^127\.0\.0\.1:\d+$/],
    ['to what the client has sent', '203.0.113.9', /^203\.0\.113\.9, 127\.0\.0\.1:\d+$/],
  ])('appends the address of the peer to X-Forwarded-For: %s', async (_, sent, seen) => {
    const init = sent === undefined ? {} : { headers: { 'x-forwarded-for': sent } }
    const { headers } = await shown('/api/show', init)
    expect(headers['x-forwarded-for']).toMatch(seen)
  })

  it('takes the host of request.url from Host, never from X-Forwarded-Host', async () => {
    const { url, headers } = await shown('/api/show', {
      headers: { 'x-forwarded-host': 'evil.example' },
    })
    expect(new URL(url).origin).toBe(app.url)
    expect(headers['x-forwarded-host']).toBe('evil.example')
  })

  it('passes a body on, but not one without Content-Length', async () => {
    expect((await shown('/api/show', { method: 'POST', body: 'héllo' })).body).toBe('héllo')
    const chunked = httpRequest(`${app.url}/api/show`, { method: 'POST' })
    chunked.write('hel')
    chunked.end('lo')
    const body = await new Promise<string>((resolve, reject) => {
      chunked.on('response', (response) => resolve(text(response))).on('error', reject)
    })
    expect(JSON.parse(body).body).toBe('')
    expect(app.lines).toContainEqual(
      expect.objectContaining({ level: 'warning', functionName: 'show' }),
    )
  })

  it.each(['declared', 'chunked'])(
    'answers a %s body over the limit with an empty 500 and closes the connection',
    async (kind) => {
      const blob = new Blob(['x'.repeat(2_001)])
      const body = kind === 'declared' ? blob : blob.stream()
      const init = { method: 'POST', body, duplex: 'half' } as RequestInit
      const response = await call('/api/show', init)
      expect([response.status, await response.text()]).toEqual([500, ''])
      expect(response.headers.get('connection')).toBe('close')
    },
  )

  it('asks for a key where authLevel is function, and only there', async () => {
    const statusOf = async (path: string, headers = {}) => (await call(path, { headers })).status
    expect(await statusOf('/api/locked')).toBe(401)
    expect(await statusOf('/api/locked?code=wrong')).toBe(401)
    expect(await statusOf(`/api/locked?code=${app.keys.function}`)).toBe(200)
    expect(await statusOf('/api/locked', { 'x-functions-key': app.keys.master })).toBe(200)
    expect(await statusOf('/api/show?code=wrong')).toBe(200)
  })

  it('gives the worker the settings and what the genuine host sets, and nothing else of ours', async () => {
    const environment = await (await call('/api/environment')).json()
    expect(environment).toMatchObject({
      OWN_SETTING: 'yes',
      AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
      FUNCTIONS_WORKER_RUNTIME: 'node',
      WEBSITE_HOSTNAME: `localhost:${new URL(app.url).port}`,
    })
    expect(environment).not.toHaveProperty('VITEST')
  })
})
