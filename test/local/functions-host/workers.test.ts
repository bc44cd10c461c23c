import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startFunctionsHost } from '../../../infra/local/functions-host/host.ts'
import { type FixtureApp, IMPORT, startApp, writeApp } from './fixture-app.ts'
import { closedGate } from './gate.ts'

const SOURCE = `
app.http('pid', { handler: async () => ({ body: String(process.pid) }) })
app.http('exit', { handler: async () => process.exit(3) })
app.http('waits', {
  handler: async (request) => {
    await fetch(request.query.get('gate'))
    return { body: 'finished' }
  },
})
`
const get = async (app: { url: string }, path: string) => {
  const response = await fetch(`${app.url}/api/${path}`)
  return { status: response.status, text: await response.text() }
}
const pidOf = async (app: FixtureApp) => Number((await get(app, 'pid')).text)
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('workers', () => {
  it('take invocations in turn', async () => {
    await using app = await startApp({ source: SOURCE, workers: 2 })
    expect(app.workers).toHaveLength(2)
    expect(new Set([await pidOf(app), await pidOf(app)])).toEqual(new Set(app.workers))
  })

  it('are replaced when they are killed, and the caller in hand gets 500', async () => {
    await using gate = await closedGate()
    await using app = await startApp({ source: SOURCE })
    const [pid] = app.workers
    const answer = get(app, `waits?gate=${gate.url}`)
    await expect.poll(() => gate.waiting()).toHaveLength(1)
    await app.killWorker(0)
    expect((await answer).status).toBe(500)
    expect(await pidOf(app)).not.toBe(pid)
    await expect(app.killWorker(1)).rejects.toThrow('worker 1 of 1 is not running')
  })

  it('are replaced when they end by themselves', async () => {
    await using app = await startApp({ source: SOURCE })
    const [pid] = app.workers
    expect((await get(app, 'exit')).status).toBe(500)
    expect(await pidOf(app)).not.toBe(pid)
  })

  it('are replaced when a handler overruns functionTimeout, and the caller gets 500', async () => {
    await using gate = await closedGate()
    await using app = await startApp({
      source: SOURCE,
      hostJson: { functionTimeout: '00:00:01' },
    })
    const [pid] = app.workers
    expect((await get(app, `waits?gate=${gate.url}`)).status).toBe(500)
    expect(await pidOf(app)).not.toBe(pid)
  })

  it('do not outlive a host that is killed', async () => {
    const appDirectory = await writeApp({ source: SOURCE })
    const script = join(appDirectory, 'host.mjs')
    const module = new URL('../../../infra/local/functions-host/host.ts', import.meta.url)
    await writeFile(
      script,
      `import { startFunctionsHost } from '${module}'
      const appDirectory = import.meta.dirname
      const host = await startFunctionsHost({ appDirectory, settings: {}, port: 0 })
      process.send(host.workers)`,
    )
    const parent: ChildProcess = fork(script)
    const [[worker]] = (await once(parent, 'message')) as [number[]]
    expect(worker && isAlive(worker)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => worker && isAlive(worker), { timeout: 5_000 }).toBe(false)
    await rm(appDirectory, { recursive: true })
  })
})

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
    await expect
      .poll(() => app.lines)
      .toContainEqual(expect.objectContaining({ category: 'console', message: 'on the console' }))
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
    await expect(startApp({ source: SOURCE, hostJson })).rejects.toThrow(/host\.json.*batchSize/s)
  })
})

describe('the port', () => {
  it('answers 503 while the app is being loaded', async () => {
    await using gate = await closedGate()
    const port = await freePort()
    const starting = startApp({ source: `await fetch('${gate.url}'); ${SOURCE}`, port })
    await expect.poll(() => gate.waiting()).toHaveLength(1)
    const response = await fetch(`http://127.0.0.1:${port}/api/pid`)
    expect(response.status).toBe(503)
    gate.open()
    await using app = await starting
    expect((await get(app, 'pid')).status).toBe(200)
  })

  it('in use is named', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const appDirectory = await writeApp({ source: SOURCE })
    await expect(startFunctionsHost({ appDirectory, settings: {}, port })).rejects.toThrow(
      `port ${port} is already in use`,
    )
    server.close()
    await rm(appDirectory, { recursive: true })
  })

  it('refuses new connections at shutdown while what runs finishes', async () => {
    await using gate = await closedGate()
    await using app = await startApp({ source: SOURCE })
    const answer = get(app, `waits?gate=${gate.url}`)
    await expect.poll(() => gate.waiting()).toHaveLength(1)
    const disposed = app.dispose()
    await expect.poll(() => fetch(app.url).catch(() => 'refused')).toBe('refused')
    gate.open()
    expect(await answer).toEqual({ status: 200, text: 'finished' })
    await disposed
    expect(app.workers).toEqual([])
  })

  it('is cut when a handler does not finish within the drain limit', async () => {
    await using gate = await closedGate()
    await using app = await startApp({ source: SOURCE, limits: { drainMs: 100 } })
    const [pid] = app.workers
    const answer = get(app, `waits?gate=${gate.url}`).catch(() => 'cut')
    await expect.poll(() => gate.waiting()).toHaveLength(1)
    await app.dispose()
    expect(await answer).toEqual(expect.anything())
    expect(pid && isAlive(pid)).toBe(false)
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
