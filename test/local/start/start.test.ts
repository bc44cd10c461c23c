import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freeBlock } from './free-block.ts'

/** Starting loads some thousand modules in four processes: busy machines are slow at that. */
const START_LIMIT_MS = 60_000

const START = path.resolve(import.meta.dirname, '../../../infra/local/start.ts')

let data: string
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'bluelamp-start-'))
})
afterEach(() => rm(data, { recursive: true, force: true }))

describe('npm start', () => {
  it('says in one sentence which port is taken, and what needs it', async () => {
    const port = await freeBlock()
    const holder = createServer().listen(port + 3, '127.0.0.1')
    await once(holder, 'listening')
    const child = start(port)
    const [said] = await Promise.all([text(child.stderr), once(child, 'exit')])
    holder.close()
    expect(said).toBe(
      `Port ${port + 3} is in use and blob storage needs it: stop what holds it, or move all ports elsewhere with --port.\n`,
    )
    expect(child.exitCode).toBe(1)
  })

  it(
    'tells docks where it is, ends at Ctrl-C with code 0, and leaves nothing running',
    async () => {
      const port = await freeBlock()
      const child = start(port)
      await untilSaid(child, 'Ctrl-C ends it.')
      const endpoints = path.join(data, 'endpoints.json')
      expect(JSON.parse(await readFile(endpoints, 'utf8'))).toMatchObject({
        api: `http://127.0.0.1:${port}/api`,
        dock: { site: 'kentish-town' },
      })
      expect((await fetch(`http://127.0.0.1:${port}/api/health`)).status).toBe(200)

      child.kill('SIGINT')
      await once(child, 'exit')
      expect(child.exitCode).toBe(0)
      await expect(readFile(endpoints)).rejects.toThrow('ENOENT')
      // Azurite's own port: the last of its processes is gone too.
      await expect(fetch(`http://127.0.0.1:${port + 6}`)).rejects.toThrow('fetch failed')
    },
    START_LIMIT_MS,
  )
})

function start(port: number) {
  const args = [START, '--port', `${port}`, '--data', data]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function untilSaid(child: ChildProcess, words: string): Promise<void> {
  let said = ''
  for await (const chunk of child.stdout ?? []) {
    said += chunk
    if (said.includes(words)) return void child.stdout?.resume()
  }
  throw new Error(`It ended without saying "${words}":\n${said}`)
}
