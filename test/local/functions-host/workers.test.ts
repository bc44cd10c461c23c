import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually, type FixtureApp, startApp, writeApp } from './fixture-app.ts'
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
    await eventually(() => gate.waiting()).toHaveLength(1)
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
    // Something always keeps a worker of a true app alive.
    const appDirectory = await writeApp({ source: `${SOURCE}; setInterval(() => {}, 1_000)` })
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
    await eventually(() => worker && isAlive(worker)).toBe(false)
    await rm(appDirectory, { recursive: true })
  })
})
