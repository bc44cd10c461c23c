import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startFunctionsHost } from '../../../infra/local/functions-host/host.ts'
import { eventually, startApp, writeApp } from './fixture-app.ts'
import { closedGate } from './gate.ts'

const SOURCE = `
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
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('the port', () => {
  it('answers 503 while the app is being loaded', async () => {
    await using gate = await closedGate()
    const port = await freePort()
    const starting = startApp({ source: `await fetch('${gate.url}'); ${SOURCE}`, port })
    await eventually(() => gate.waiting()).toHaveLength(1)
    const response = await fetch(`http://127.0.0.1:${port}/api/none`)
    expect(response.status).toBe(503)
    gate.open()
    await using app = await starting
    expect((await get(app, 'none')).status).toBe(404)
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
    await eventually(() => gate.waiting()).toHaveLength(1)
    const disposed = app.dispose()
    await eventually(() => fetch(app.url).catch(() => 'refused')).toBe('refused')
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
    await eventually(() => gate.waiting()).toHaveLength(1)
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
