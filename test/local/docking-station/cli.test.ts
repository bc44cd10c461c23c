import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Azurite, startAzurite } from '../../../infra/local/azurite.ts'
import { BLOCK_SIZE, type DockingFixture, startDocking } from './docking-fixture.ts'

const CLI = fileURLToPath(new URL('../../../infra/local/docking-station/cli.ts', import.meta.url))

let azurite: Azurite
beforeAll(async () => {
  azurite = await startAzurite()
})
afterAll(() => azurite.dispose())

let docking: DockingFixture
beforeEach(async () => {
  docking = await startDocking(azurite)
})
afterEach(() => docking.dispose())

describe('the dock command', () => {
  it('finds the system by its endpoints file and says that the camera may be wiped', async () => {
    const { api, tokenEndpoint, clientId, clientSecret, scope, site } = docking.station
    const dock = { clientId, clientSecret, scope, site }
    await mkdir(join(docking.directory, '.local'))
    await writeFile(
      join(docking.directory, '.local', 'endpoints.json'),
      JSON.stringify({ api, tokenEndpoint, dock }),
    )
    await docking.newRecording(3 * BLOCK_SIZE)
    const { code, stdout } = await run(start(['clip.mp4', '--duration', '5']))
    expect(stdout).toMatch(/clip\.mp4: secured as [0-9a-f-]{36}\n/)
    expect(stdout).toContain('1 of 1 recordings secured: camera BWV-LOCAL-1 may be wiped of them')
    expect(code).toBe(0)
  })

  it('prints one line of JSON per file, numbered one after the other', async () => {
    const first = await docking.newRecording(10, 'first.mp4')
    const second = await docking.newRecording(20, 'second.mov')
    const files = [first.file, second.file]
    const flags = ['--json', '--sequence', '41', '--camera', 'BWV-7', '--incident', 'CAD 1']
    const { code, stdout } = await run(start([...connection(), ...flags, ...files]))
    const lines = stdout.trim().split('\n')
    const common = { camera: 'BWV-7', mayWipe: true, outcome: 'secured', id: expect.any(String) }
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { ...common, file: first.file, sequence: 41, sentBytes: 10 },
      { ...common, file: second.file, sequence: 42, sentBytes: 20 },
    ])
    expect(docking.app.manifests.map(({ references }) => references)).toEqual([
      [{ type: 'incident', value: 'CAD 1' }],
      [{ type: 'incident', value: 'CAD 1' }],
    ])
    expect(code).toBe(0)
  })

  it('goes on after kill -9 with nothing but the blocks that were lacking', async () => {
    const { file, bytes } = await docking.newRecording(10 * BLOCK_SIZE)
    const { gate } = docking
    gate.treat(() => (gate.seen.length > 4 ? 'hold' : 'pass'))
    const victim = start([...connection(), file])
    await expect.poll(() => gate.passed.length, { timeout: 20_000 }).toBe(4)
    victim.kill('SIGKILL')
    expect((await run(victim)).signal).toBe('SIGKILL')

    const before = new Set(gate.passed.map(({ blockId }) => blockId))
    const seenBefore = gate.seen.length
    gate.treat(() => 'pass')
    const { code, stdout } = await run(start([...connection(), '--json', file]))
    const outcome = JSON.parse(stdout)
    expect(outcome).toMatchObject({ outcome: 'secured', sentBytes: 6 * BLOCK_SIZE })
    const after = gate.seen.slice(seenBefore).filter(({ comp }) => comp === 'block')
    expect(after).toHaveLength(6)
    expect(after.filter(({ blockId }) => before.has(blockId))).toEqual([])
    const stored = await docking.app.blob(outcome.id, 'recording').downloadToBuffer()
    expect(stored.equals(bytes)).toBe(true)
    expect(code).toBe(0)

    const again = await run(start([...connection(), file]))
    expect(again.stdout).toContain('already secured')
    expect(again.code).toBe(0)
  })

  it('stops at an interrupt and says how to go on', async () => {
    const { file } = await docking.newRecording(10)
    docking.app.holdVerdicts(true)
    const waiting = start([...connection(), '--quiet', file])
    const ended = run(waiting)
    await expect.poll(() => docking.app.requests.length, { timeout: 20_000 }).toBeGreaterThan(1)
    waiting.kill('SIGINT')
    expect(await ended).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr:
        'clip.mp4: interrupted: run again to go on from here\n' +
        '0 of 1 recordings secured: do not wipe camera BWV-LOCAL-1\n',
    })
  })

  it('ends with 2 after a mismatch that stays, and 0 after one that does not', async () => {
    const stubborn = await docking.newRecording(10, 'stubborn.mp4')
    const mismatch = await run(start([...connection(), '--quiet', '--corrupt', stubborn.file]))
    expect(mismatch.stderr).toContain('differs from what was declared')
    expect(mismatch.stderr).toContain('do not wipe the camera')
    expect(mismatch.code).toBe(2)

    const passing = await docking.newRecording(10, 'passing.mp4')
    const mended = await run(start([...connection(), '--quiet', '--corrupt-once', passing.file]))
    expect(mended).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })

  it('ends with 3 when the app refuses, and docks the next file all the same', async () => {
    const first = await docking.newRecording(10, 'first.mp4')
    await run(start([...connection(), '--sequence', '1', first.file]))
    const other = await docking.newRecording(10, 'other.mp4')
    const next = await docking.newRecording(10, 'next.mp4')
    const { code, stderr } = await run(
      start([...connection(), '--quiet', '--sequence', '1', other.file, next.file]),
    )
    expect(stderr).toContain('other.mp4: refused, 409')
    expect(stderr).toContain('sequence 1 is taken, give --sequence')
    expect(stderr).not.toContain('next.mp4')
    expect(docking.app.manifests.at(-1)?.sequence).toBe(2)
    expect(code).toBe(3)
  })

  it('ends with 1 and a reason when there is no system to talk to', async () => {
    const { code, stderr } = await run(start(['clip.mp4']))
    expect(stderr).toBe('there is no .local/endpoints.json: start the system with npm start\n')
    expect(code).toBe(1)
  })

  it('gives no leave to wipe a camera of which one recording failed', async () => {
    const { file } = await docking.newRecording(10)
    const { code, stdout, stderr } = await run(start([...connection(), file, 'gone.mp4']))
    expect(stdout).toContain('clip.mp4: secured')
    expect(stdout).not.toContain('may be wiped')
    expect(stderr).toContain('1 of 2 recordings secured: do not wipe camera BWV-LOCAL-1')
    expect(code).toBe(1)
  })

  it('ends with 1 for a file that is not there', async () => {
    const { code, stderr } = await run(start([...connection(), '--quiet', 'gone.mp4']))
    expect(stderr).toContain('gone.mp4 cannot be read')
    expect(code).toBe(1)
  })
})

function connection(): string[] {
  const { api, tokenEndpoint, clientId, scope, site, stateDirectory } = docking.station
  const flags = { api, 'token-endpoint': tokenEndpoint, 'client-id': clientId, scope, site }
  const settings = { ...flags, 'state-dir': stateDirectory, duration: '5' }
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
}

function start(args: string[]): ChildProcess {
  return spawn(process.execPath, [CLI, ...args], {
    cwd: docking.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { DOCK_CLIENT_SECRET: docking.station.clientSecret },
  })
}

async function run(child: ChildProcess) {
  if (!child.stdout || !child.stderr) throw new Error('the command has no output')
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, signal, stdout, stderr }
}
