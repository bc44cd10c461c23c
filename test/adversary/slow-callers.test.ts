import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openStage } from '../contract/viewing/stage.ts'
import { INVESTIGATOR } from '../functions/local-app.ts'
import { openScene, type Scene } from '../scene.ts'

/** As many callers as keep the app waiting at the same time, … */
const SLOW = 60
/** … and how many answers each of them asks for and does not read: some 200 kB each. */
const UNREAD_ANSWERS = 20
const UNREAD = SLOW * UNREAD_ANSWERS
/** Of the recording whose playlist is asked for: five hours. */
const CHUNKS = 300
/** All answers at once would be half as much again, beside what a busy worker takes anyway. */
const MOST_GROWTH_MIB = 170

/** Far more than any route takes, and all of it at once. */
const [BODIES, BODY_BYTES] = [20, 20_000_000]

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.[Symbol.asyncDispose]())

/** Opens connections that each send this and then nothing more, and read nothing at all. */
async function slowly(texts: readonly string[]): Promise<AsyncDisposable> {
  const port = Number(new URL(scene.system.api).port)
  const open = (text: string) =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.pause().write(text, () => resolve(socket))
      })
      socket.on('error', reject)
    })
  const sockets = await Promise.all(
    texts.flatMap((text) => Array.from({ length: SLOW }, () => open(text))),
  )
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function othersAreServed(): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => scene.as(INVESTIGATOR, 'GET', '/footage?borough=camden')),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
}

it('keep nobody waiting by how they send', async () => {
  const token = await scene.system.issuer.tokenFor(INVESTIGATOR)
  const head = `POST /api/uploads HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n`
  await using _ = await slowly(['GET /api/heal', head, `${head}content-length: 60000\r\n\r\n{`])
  await othersAreServed()
})

/** Memory of the process that runs the app, in MiB (proc(5)): `VmRSS` now, `VmHWM` at its peak. */
function workerMemory(field: 'VmRSS' | 'VmHWM'): number {
  const [pid] = scene.system.host?.workers ?? []
  const [, kib] =
    new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) / 1024
}
const executed = (name: string) =>
  scene.lines.filter((line) => line.includes(`Executed 'Functions.${name}'`)).length

/** Five hours of a recording, and where a player gets what is in them. */
async function playlistOfHours(): Promise<string> {
  const stage = await openStage(scene.system.settings)
  stage.clock.now = Date.now()
  const id = await stage.recording(CHUNKS)
  const { url } = await stage.open(await stage.person('Investigator'), id)
  return new URL('copy.m3u8', url).pathname
}

it.runIf(process.platform === 'linux').each([
  ['apiDocument', async () => '/api/openapi.json'],
  ['play', playlistOfHours],
])(
  'neither keep others waiting nor fill the memory by not reading what %s answers',
  async (name, find) => {
    const path = await find()
    const whole = await scene.as(null, 'GET', scene.system.api.replace('/api', path))
    expect(whole.text.length).toBeGreaterThan(100_000)
    const [before, calls] = [workerMemory('VmRSS'), executed(name)]
    // More than the buffers of a connection hold: what is not read waits with who sent it.
    await using _ = await slowly([`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(UNREAD_ANSWERS)])
    await othersAreServed()
    await vi.waitFor(() => expect(executed(name) - calls).toBe(UNREAD), { timeout: 30_000 })
    expect(workerMemory('VmHWM') - before).toBeLessThan(MOST_GROWTH_MIB)
  },
  60_000,
)

it.runIf(process.platform === 'linux')(
  'do not fill the memory by how much they send, whoever they are',
  async () => {
    const before = workerMemory('VmRSS')
    const body = Buffer.alloc(BODY_BYTES, ' ')
    const send = () =>
      fetch(`${scene.system.api}/people/import`, { method: 'POST', body })
        .then(({ status }) => status)
        // Cut while it was still being sent.
        .catch(() => 500)
    const statuses = await Promise.all(Array.from({ length: BODIES }, send))
    expect(new Set(statuses)).toEqual(new Set([500]))
    await othersAreServed()
    expect(Math.max(0, workerMemory('VmHWM') - before)).toBeLessThan(MOST_GROWTH_MIB)
  },
)
