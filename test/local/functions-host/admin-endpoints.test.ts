import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, type FixtureApp, startApp } from './fixture-app.ts'

const SOURCE = `
app.eventGrid('landed', {
  handler: async (event, context) => { context.log(JSON.stringify(event)) },
})
app.http('search', { methods: ['GET'], route: 'footage', handler: async () => ({}) })
`

describe('the admin endpoints', () => {
  let app: FixtureApp
  beforeAll(async () => {
    app = await startApp({ source: SOURCE })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const call = (path: string, init: RequestInit = {}, key = app.keys.master) =>
    fetch(`${app.url}/admin/${path}`, { ...init, headers: { 'x-functions-key': key } })
  const start = (name: string, body: string) => call(`functions/${name}`, { method: 'POST', body })

  it('ask for the master key', async () => {
    expect((await call('host/status', {}, 'wrong')).status).toBe(401)
    expect((await call('host/status', {}, app.keys.function)).status).toBe(403)
    expect(await (await call('host/status')).json()).toEqual({ state: 'Running' })
  })

  it('list what runs', async () => {
    expect(await (await call('functions')).json()).toEqual([
      { name: 'landed', trigger: 'eventGrid', details: {} },
      {
        name: 'search',
        trigger: 'http',
        details: { authLevel: 'anonymous', methods: ['GET'], route: 'footage' },
      },
    ])
  })

  it('start a function by hand with an input', async () => {
    const input = JSON.stringify({ id: 'by hand' })
    expect((await start('Landed', JSON.stringify({ input }))).status).toBe(202)
    await eventually(() => app.said('landed')).toEqual([{ id: 'by hand' }])
  })

  it.each([
    ['nobody', '{}', 404],
    ['search', '{}', 400],
    ['landed', 'not json', 400],
    ['landed', '{"input": 7}', 400],
  ])('answer to %s with %s: %i', async (name, body, status) => {
    expect((await start(name, body)).status).toBe(status)
  })
})
