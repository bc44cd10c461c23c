import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, type FixtureApp, type ShownRequest, startApp } from './fixture-app.ts'
import { closedGate } from './gate.ts'

const SOURCE = `
app.setup({ enableHttpStream: true })
app.http('show', {
  route: 'show/{id?}',
  handler: async (request) => ({
    jsonBody: {
      url: request.url,
      params: request.params,
      query: [...request.query],
      headers: Object.fromEntries(request.headers),
      body: request.method === 'POST' ? await request.text() : undefined,
    },
  }),
})
app.http('throws', { handler: async () => { throw new Error('on purpose') } })
app.http('undefined', { handler: async () => {} })
app.http('stream', {
  handler: async (request, context) => ({
    headers: { 'content-type': 'text/event-stream' },
    body: (async function* () {
      yield Buffer.from('first')
      await fetch(request.query.get('gate'))
      yield Buffer.from('last')
      context.log(JSON.stringify('made to its end'))
    })(),
  }),
})
app.http('brokenStream', {
  handler: async () => ({
    body: (async function* () { yield Buffer.from('one'); throw new Error('midway') })(),
  }),
})
app.http('waits', { handler: async (request) => { await fetch(request.query.get('gate')); return {} } })
`

describe('HTTP functions with streaming', () => {
  let app: FixtureApp
  beforeAll(async () => {
    const limits = { streamIdleMs: 300, requestBodyBytes: 2_000 }
    app = await startApp({ source: SOURCE, limits })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const call = (path: string, init?: RequestInit) => fetch(`${app.url}/api/${path}`, init)
  const shown = async (path: string, init?: RequestInit) =>
    (await (await call(path, init)).json()) as ShownRequest

  it.each(['throws', 'undefined'])('answers an empty 500 after the limit to %s', async (name) => {
    const response = await call(name)
    expect([response.status, await response.text()]).toEqual([500, ''])
  })

  it.each(['throws', 'undefined'])('until then lets the caller of %s hang', async (name) => {
    await using app = await startApp({ source: SOURCE })
    const hangUp = new AbortController()
    let isAnswered = false
    const answer = fetch(`${app.url}/api/${name}`, { signal: hangUp.signal }).then(() => {
      isAnswered = true
    })
    const hasEnded = () => app.lines.some(({ message }) => message.startsWith('Executed'))
    await eventually(hasEnded).toBe(true)
    // An answer, if there were one, would be here before that to a later request.
    await fetch(`${app.url}/api/show`)
    expect(isAnswered).toBe(false)
    hangUp.abort()
    await expect(answer).rejects.toThrow()
  })

  it('does not notice that the caller is gone: the stream is made to its end', async () => {
    await using gate = await closedGate()
    const hangUp = new AbortController()
    const response = await call(`stream?gate=${gate.url}`, { signal: hangUp.signal })
    await response.body?.getReader().read()
    hangUp.abort()
    gate.open()
    await eventually(() => app.said('stream')).toContain('made to its end')
  })

  it('lets a stream leave as it is made', async () => {
    await using gate = await closedGate()
    const response = await call(`stream?gate=${gate.url}`)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect(await reader?.read()).toEqual({ done: false, value: 'first' })
    gate.open()
    expect(await reader?.read()).toEqual({ done: false, value: 'last' })
    expect(await reader?.read()).toMatchObject({ done: true })
  })

  it('resets the caller of a stream that fails midway, after the limit', async () => {
    const response = await call('brokenStream')
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
  })

  it('puts query entries into params, the route winning over the same name', async () => {
    const { params, query } = await shown('show/7?x=1&x=2&id=9&code=secret')
    expect(params).toEqual({ x: '1,2', id: '7' })
    expect(query).toEqual([
      ['x', '1'],
      ['x', '2'],
      ['id', '9'],
      ['code', 'secret'],
    ])
  })

  it('loses params.id to a query name that differs in case', async () => {
    expect((await shown('show/7?ID=9')).params).toEqual({ ID: '7' })
  })

  it('loses all headers to a query entry of that name', async () => {
    const headers = { authorization: 'Bearer x' }
    expect((await shown('show', { headers })).headers).toMatchObject(headers)
    expect((await shown('show?headers=x', { headers })).headers).toEqual({})
  })

  it('encodes the encoded slash in the url once more', async () => {
    const { params, url } = await shown('show/a%2Fb')
    expect(params).toEqual({ id: 'a%2Fb' })
    expect(new URL(url).pathname).toBe('/api/show/a%252Fb')
  })

  it.each([
    ['to nothing', undefined, /^127\.0\.0\.1:\d+$/],
    ['to what the client has sent', '203.0.113.9', /^203\.0\.113\.9, 127\.0\.0\.1:\d+$/],
  ])('appends the address of the peer to X-Forwarded-For: %s', async (_, sent, seen) => {
    const init = sent === undefined ? {} : { headers: { 'x-forwarded-for': sent } }
    const { headers } = await shown('show', init)
    expect(headers['x-forwarded-for']).toMatch(seen)
  })

  it('takes the host of request.url from Host, never from X-Forwarded-Host', async () => {
    const { url } = await shown('show', { headers: { 'x-forwarded-host': 'evil.example' } })
    expect(new URL(url).origin).toBe(app.url)
  })

  it('says which invocation it was', async () => {
    const id = (await call('show')).headers.get('x-ms-invocation-id')
    expect(app.lines.some((line) => line.invocationId === id)).toBe(true)
  })

  it('passes a body on, with or without Content-Length', async () => {
    expect((await shown('show', { method: 'POST', body: 'hello' })).body).toBe('hello')
    const body = new Blob(['hel', 'lo']).stream()
    expect(
      (await shown('show', { method: 'POST', body, duplex: 'half' } as RequestInit)).body,
    ).toBe('hello')
  })

  it.each(['declared', 'chunked'])('answers 500 to a %s body over the limit', async (kind) => {
    const blob = new Blob(['x'.repeat(2_001)])
    const body = kind === 'declared' ? blob : blob.stream()
    const response = await call('show', { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect([response.status, await response.text()]).toEqual([500, ''])
  })

  it('answers 500 when a handler overruns functionTimeout', async () => {
    await using gate = await closedGate()
    await using app = await startApp({
      source: SOURCE,
      hostJson: { functionTimeout: '00:00:01' },
    })
    expect((await fetch(`${app.url}/api/waits?gate=${gate.url}`)).status).toBe(500)
  })

  it('answers 502 when the worker dies in mid-work', async () => {
    await using gate = await closedGate()
    await using app = await startApp({ source: SOURCE })
    const answer = fetch(`${app.url}/api/waits?gate=${gate.url}`)
    await eventually(() => gate.waiting()).toHaveLength(1)
    await app.killWorker(0)
    expect((await answer).status).toBe(502)
  })
})
