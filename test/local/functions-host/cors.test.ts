import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FixtureApp, startApp } from './fixture-app.ts'

const SOURCE = `
app.http('show', { methods: ['GET', 'PUT'], handler: async () => ({ body: 'shown' }) })
app.http('away', { handler: async () => ({ status: 302, headers: { location: 'http://x.invalid/' } }) })
app.http('throws', { handler: async () => { throw new Error('on purpose') } })
`
const PAGE = 'https://evidence.example'
const STRANGER = 'https://evil.example'

const corsHeaders = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => /^(access-control-|vary)/.test(name)))

describe('pages of other origins', () => {
  let app: FixtureApp
  beforeAll(async () => {
    app = await startApp({
      source: SOURCE,
      cors: { allowedOrigins: [PAGE, 'http://127.0.0.1:7078'] },
    })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const call = (path: string, headers: Record<string, string>, method = 'GET') =>
    fetch(`${app.url}${path}`, { method, headers, redirect: 'manual' })
  const preflight = (origin: string, headers = {}) =>
    call('/api/show', { origin, 'access-control-request-method': 'PUT', ...headers }, 'OPTIONS')

  it.each([
    ['an answer', '/api/show', 200],
    ['a redirect', '/api/away', 302],
    ['a failure', '/api/throws', 500],
    ['what is not there', '/api/none', 404],
  ])('may read %s where they are allowed', async (_, path, status) => {
    const response = await call(path, { origin: PAGE })
    expect(response.status).toBe(status)
    expect(corsHeaders(response)).toEqual({ 'access-control-allow-origin': PAGE, vary: 'Origin' })
  })

  it.each([STRANGER, 'null', 'http://evidence.example', `${PAGE}:8443`])(
    'are answered without leave to read it: %s',
    async (origin) => {
      const response = await call('/api/show', { origin })
      expect([response.status, await response.text()]).toEqual([200, 'shown'])
      expect(corsHeaders(response)).toEqual({})
    },
  )

  it('leave answers to callers that are no pages alone', async () => {
    expect(corsHeaders(await call('/api/show', {}))).toEqual({})
  })

  it('get leave for any method and header before they ask', async () => {
    const wanted = { 'access-control-request-headers': 'authorization,if-match' }
    const response = await preflight(PAGE, wanted)
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect(corsHeaders(response)).toEqual({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'authorization,if-match',
      vary: 'Origin',
    })
  })

  it('get no leave where they are not allowed, and the app never hears of it', async () => {
    const response = await preflight(STRANGER)
    expect(response.status).toBe(204)
    expect(corsHeaders(response)).toEqual({})
  })

  it('ask the app itself with an OPTIONS that is no preflight', async () => {
    expect((await call('/api/show', { origin: PAGE }, 'OPTIONS')).status).toBe(404)
  })
})

describe('an app that says nothing of other origins', () => {
  it('sees preflights as any other request, and gives nobody leave', async () => {
    await using app = await startApp({ source: SOURCE })
    const asked = { origin: PAGE, 'access-control-request-method': 'PUT' }
    const preflight = await fetch(`${app.url}/api/show`, { method: 'OPTIONS', headers: asked })
    expect([preflight.status, corsHeaders(preflight)]).toEqual([404, {}])
    const answer = await fetch(`${app.url}/api/show`, { headers: { origin: PAGE } })
    expect(corsHeaders(answer)).toEqual({})
  })
})

describe('an app that allows all origins', () => {
  it('says so, for whoever asks', async () => {
    await using app = await startApp({ source: SOURCE, cors: { allowedOrigins: ['*'] } })
    const answer = await fetch(`${app.url}/api/show`, { headers: { origin: STRANGER } })
    expect(corsHeaders(answer)).toEqual({ 'access-control-allow-origin': '*' })
  })
})
