import { describe, expect, it } from 'vitest'
import { eventually, IMPORT, startApp } from './fixture-app.ts'

const get = async (app: { url: string }, path: string) => {
  const response = await fetch(`${app.url}/api/${path}`)
  return { status: response.status, text: await response.text() }
}

describe('the app as it is loaded', () => {
  it('may be ES modules and CommonJS at once', async () => {
    await using app = await startApp({
      source: {
        'http/one.js': `${IMPORT} app.http('one', { handler: async () => ({ body: 'esm' }) })`,
        'two.cjs': `const { app } = require('@azure/functions')
          app.http('two', { handler: async () => ({ body: 'cjs' }) })`,
      },
    })
    expect((await get(app, 'one')).text).toBe('esm')
    expect((await get(app, 'two')).text).toBe('cjs')
  })

  it('has no function at all when an entry file throws, and the log says which file', async () => {
    await using app = await startApp({
      source: {
        'a.js': `${IMPORT} app.http('good', { handler: async () => ({}) })`,
        'b.js': `throw new Error('on purpose')`,
      },
    })
    expect(app.functions).toEqual([])
    expect((await get(app, 'good')).status).toBe(404)
    expect(app.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: expect.stringMatching(/entry point "dist\/b\.js": on purpose/),
      }),
    )
  })

  it('has its hooks run around each invocation', async () => {
    await using app = await startApp({
      source: `
        app.hook.appStart(() => { globalThis.started = true })
        app.hook.preInvocation((context) => {
          context.hookData.before = context.inputs[0].query.get('x')
        })
        app.hook.postInvocation((context) => {
          context.result = { jsonBody: { ...context.hookData, started } }
        })
        app.http('hooked', { handler: async () => ({ body: 'replaced' }) })
      `,
    })
    expect(JSON.parse((await get(app, 'hooked?x=1')).text)).toEqual({
      before: '1',
      started: true,
    })
  })

  it('may log through context and through the console', async () => {
    await using app = await startApp({
      source: `app.http('talks', { handler: async (_, context) => {
        context.warn('careful %d', 7)
        console.log('on the console')
        return {}
      } })`,
    })
    await get(app, 'talks')
    await eventually(() => app.lines).toContainEqual(
      expect.objectContaining({ category: 'console', message: 'on the console' }),
    )
    expect(app.lines).toContainEqual({
      level: 'warning',
      category: 'user',
      functionName: 'talks',
      invocationId: expect.any(String),
      message: 'careful 7',
    })
  })

  it('does not start with a route that begins with a slash', async () => {
    const source = `app.http('f', { route: '/f', handler: async () => ({}) })`
    await expect(startApp({ source })).rejects.toThrow(`'/f' must not start with a '/'`)
  })

  it('loses only the function whose route is under admin', async () => {
    await using app = await startApp({
      source: `
        app.http('bad', { route: 'admin/people', handler: async () => ({}) })
        app.http('good', { handler: async () => ({}) })
      `,
    })
    expect(app.functions.map(({ name }) => name)).toEqual(['good'])
  })

  it('does not start when it ends its worker again and again', async () => {
    await expect(startApp({ source: 'process.exit(1)' })).rejects.toThrow('3 times')
  })

  it('does not start with a host.json that is wrong, and the error names the field', async () => {
    const hostJson = { extensions: { queues: { batchSize: 33 } } }
    await expect(startApp({ source: '', hostJson })).rejects.toThrow(/host\.json.*batchSize/s)
  })
})
