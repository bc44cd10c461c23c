import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DockError } from '../../../infra/local/docking-station/dock-error.ts'
import { send, type Wire } from '../../../infra/local/docking-station/wire.ts'
import { listenOnLoopback } from '../../../infra/local/loopback.ts'

const request = {
  what: 'GET /thing',
  url: 'http://app.test/thing?sig=secret',
  method: 'GET',
  timeoutMs: 1_000,
  signal: undefined,
} as const

/** A wire whose answers are given; it notes how long it would have waited between them. */
function scripted(...answers: (Response | Error)[]) {
  const waits: number[] = []
  const wire: Wire = {
    fetch: async () => {
      const next = answers.shift()
      if (!next) throw new Error('one request more than expected')
      if (next instanceof Error) throw next
      return next
    },
    sleep: async (milliseconds) => void waits.push(milliseconds),
    random: () => 1,
    attempts: 4,
    firstDelayMs: 100,
  }
  return { wire, waits }
}

const answer = (status: number, headers = {}) => new Response('body', { status, headers })
const lost = () =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) })

describe('send', () => {
  it.each([200, 201, 400, 401, 403, 404, 409, 412])('returns %i at once', async (status) => {
    const { wire, waits } = scripted(answer(status))
    expect(await send(request, wire)).toMatchObject({ status, body: 'body' })
    expect(waits).toEqual([])
  })

  it('waits twice as long each time', async () => {
    const { wire, waits } = scripted(answer(500), lost(), answer(408), answer(200))
    expect(await send(request, wire)).toMatchObject({ status: 200 })
    expect(waits).toEqual([100, 200, 400])
  })

  it('waits as long as it is asked to, within bounds', async () => {
    const asked = (seconds: string) => answer(429, { 'retry-after': seconds })
    const { wire, waits } = scripted(asked('7'), asked('86400'), answer(200))
    await send(request, wire)
    expect(waits).toEqual([7_000, 30_000])
  })

  it('gives up with the last failure and without the URL', async () => {
    const { wire } = scripted(answer(503), answer(503), answer(503), lost())
    const failure = await send(request, wire).catch((error) => error)
    expect(failure).toBeInstanceOf(DockError)
    expect(failure).toMatchObject({
      code: 'unreachable',
      message: 'GET /thing failed 4 times, at last with ECONNRESET; run again to go on from here',
    })
  })

  it('does not wait for ever for an answer', async () => {
    const silent = createServer(() => {})
    const { origin, close } = await listenOnLoopback(silent, 0, 'a silent server')
    onTestFinished(close)
    const wire = { ...scripted().wire, fetch, attempts: 2 }
    await expect(send({ ...request, url: origin, timeoutMs: 50 }, wire)).rejects.toThrow(
      'GET /thing failed 2 times, at last with The operation was aborted due to timeout',
    )
  })

  it('does not try again what was stopped', async () => {
    const { wire } = scripted()
    const signal = AbortSignal.abort(new Error('camera taken out'))
    await expect(send({ ...request, signal }, wire)).rejects.toThrow('camera taken out')
  })

  it('lets a fault of the program through', async () => {
    const { wire, waits } = scripted(new RangeError('bug'))
    await expect(send(request, wire)).rejects.toThrow(RangeError)
    expect(waits).toEqual([])
  })
})
