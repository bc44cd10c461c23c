import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { copyFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Azurite, startAzurite } from '../../../infra/local/azurite.ts'
import {
  type DockOptions,
  type DockRequest,
  dockRecording,
} from '../../../infra/local/docking-station/dock-recording.ts'
import type { DockProgress } from '../../../infra/local/docking-station/progress.ts'
import { BLOCK_SIZE, type DockingFixture, startDocking } from './docking-fixture.ts'

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

const FAST: DockOptions = { pollIntervalMs: 10, wire: { firstDelayMs: 1 } }
const NOW = new Date('2026-11-23T21:00:00Z')

const requestFor = (file: string, more: Partial<DockRequest> = {}): DockRequest => ({
  file,
  station: docking.station,
  camera: { serial: `BWV-${docking.directory.slice(-6)}`, firmware: '2.1.0' },
  officer: 'P214567',
  unit: 'camden-response-1',
  durationSeconds: 90,
  ...more,
})

const hex = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('docking a recording', () => {
  it('declares it, sends it with its sidecars first, and may wipe the camera', async () => {
    const { file, bytes } = await docking.newRecording(5 * BLOCK_SIZE + 100)
    const gps = join(docking.directory, 'track.gpx')
    await writeFile(gps, '<gpx/>')
    const outcome = await dockRecording(
      requestFor(file, {
        borough: 'camden',
        references: [{ type: 'crime', value: '2412345/26' }],
        urgent: true,
        deviceClockOffsetSeconds: 120,
        sidecars: { 'gps-track': gps },
      }),
      { ...FAST, now: () => NOW },
    )

    const { id } = outcome as { id: string }
    const sentBytes = bytes.length + '<gpx/>'.length
    expect(outcome).toEqual({ outcome: 'secured', id, sequence: 0, sentBytes })
    expect(docking.app.manifests).toEqual([
      {
        camera: { serial: expect.stringMatching(/^BWV-/), firmware: '2.1.0' },
        sequence: 0,
        officer: 'P214567',
        unit: 'camden-response-1',
        borough: 'camden',
        dockSite: 'kentish-town',
        clock: {
          recordingStartedAt: '2026-11-23T21:00:30.000Z',
          deviceAt: '2026-11-23T21:02:00.000Z',
          dockAt: '2026-11-23T21:00:00.000Z',
        },
        durationSeconds: 90,
        recording: { size: bytes.length, sha256: hex(bytes), contentType: 'video/mp4' },
        references: [{ type: 'crime', value: '2412345/26' }],
        urgent: true,
        sidecars: [
          {
            kind: 'gps-track',
            size: 6,
            sha256: hex(Buffer.from('<gpx/>')),
            contentType: 'application/gpx+xml',
          },
        ],
      },
    ])
    const commits = docking.gate.passed.filter(({ comp }) => comp === 'blocklist')
    expect(commits.map(({ blob }) => blob.split('/').at(-1))).toEqual(['gps-track', 'recording'])
    const stored = docking.app.blob(id, 'recording')
    expect((await stored.downloadToBuffer()).equals(bytes)).toBe(true)
    expect((await stored.getProperties()).contentType).toBe('video/mp4')
  })

  it('sends as many blocks at a time as it may, each once', async () => {
    const { file } = await docking.newRecording(8 * BLOCK_SIZE)
    // No block is answered before three are on their way: fewer at a time would never end.
    const { gate } = docking
    const three = Promise.withResolvers<'pass'>()
    gate.treat(({ comp }) => {
      if (gate.seen.length === 3) three.resolve('pass')
      return comp === 'block' ? three.promise : 'pass'
    })
    const station = { ...docking.station, parallel: 3 }
    await dockRecording(requestFor(file, { station }), FAST)
    expect(gate.mostAtOnce()).toBe(3)
    expect(gate.seen.filter(({ comp }) => comp === 'block')).toHaveLength(8)
  })

  it('tells a display what it does', async () => {
    const { file, bytes } = await docking.newRecording(2 * BLOCK_SIZE)
    const steps: DockProgress[] = []
    const onProgress = (progress: DockProgress) => steps.push(progress)
    const station = { ...docking.station, parallel: 1 }
    await dockRecording(requestFor(file, { station }), { ...FAST, onProgress })
    const id = expect.any(String)
    const sending = { step: 'sending', part: 'recording', totalBytes: bytes.length, heldBytes: 0 }
    expect(steps).toEqual([
      { step: 'hashing', bytes: bytes.length, totalBytes: bytes.length },
      { step: 'declared', id, sequence: 0, isNew: true },
      { ...sending, bytes: 0 },
      { ...sending, bytes: BLOCK_SIZE },
      { ...sending, bytes: 2 * BLOCK_SIZE },
    ])
  })

  it('takes an empty recording and one that the camera could not hash', async () => {
    const { file } = await docking.newRecording(0)
    const outcome = await dockRecording(requestFor(file, { hash: false }), FAST)
    expect(outcome).toMatchObject({ outcome: 'secured', sentBytes: 0 })
    expect(docking.app.manifests[0]?.recording).toMatchObject({ size: 0, sha256: null })
  })

  it('numbers recordings one after the other and knows a file again', async () => {
    const first = await docking.newRecording(10, 'first.mp4')
    const second = await docking.newRecording(10, 'second.mp4')
    expect(await dockRecording(requestFor(first.file), FAST)).toMatchObject({ sequence: 0 })
    expect(await dockRecording(requestFor(second.file), FAST)).toMatchObject({ sequence: 1 })
    const seen = docking.gate.seen.length
    expect(await dockRecording(requestFor(first.file), FAST)).toMatchObject({
      outcome: 'already-secured',
      sequence: 0,
    })
    expect(docking.gate.seen).toHaveLength(seen)
  })

  it('knows a recording again by its bytes, under another name too', async () => {
    const { file } = await docking.newRecording(10)
    const first = await dockRecording(requestFor(file), FAST)
    const { id } = first as { id: string }
    const moved = join(docking.directory, 'mounted elsewhere.mp4')
    await rename(file, moved)
    const known = { outcome: 'already-secured', id, sequence: 0 }
    expect(await dockRecording(requestFor(moved), FAST)).toEqual(known)
    const copy = join(docking.directory, 'copy.mp4')
    await copyFile(moved, copy)
    expect(await dockRecording(requestFor(copy), FAST)).toEqual(known)
    expect(await dockRecording(requestFor(copy, { sequence: 7 }), FAST)).toMatchObject({
      outcome: 'secured',
      sequence: 7,
    })
  })

  it('does not call a recording secured that its camera went on writing', async () => {
    const { file } = await docking.newRecording(10)
    const grown = (step: DockProgress['step']) =>
      dockRecording(requestFor(file), {
        ...FAST,
        onProgress: (progress) => {
          if (progress.step === step) appendFileSync(file, 'more')
        },
      })
    const changed = 'changed while it was docked: dock it again'
    await expect(grown('hashing')).rejects.toThrow(changed)
    expect(docking.app.manifests).toEqual([])
    await expect(grown('sending')).rejects.toThrow(changed)
    expect(await dockRecording(requestFor(file), FAST)).toMatchObject({ outcome: 'secured' })
    expect(docking.app.manifests.at(-1)?.recording.size).toBeGreaterThanOrEqual(18)
  })

  it('is refused when camera and sequence belong to other content', async () => {
    const first = await docking.newRecording(10, 'first.mp4')
    const second = await docking.newRecording(10, 'second.mp4')
    await dockRecording(requestFor(first.file, { sequence: 7 }), FAST)
    expect(await dockRecording(requestFor(second.file, { sequence: 7 }), FAST)).toEqual({
      outcome: 'refused',
      sequence: 7,
      status: 409,
      problem: { title: 'Refused', detail: 'another recording has this camera and sequence' },
    })
    expect(await dockRecording(requestFor(first.file), FAST)).toMatchObject({ sequence: 7 })
  })

  it('stops when it is told to', async () => {
    const { file } = await docking.newRecording(2 * BLOCK_SIZE)
    docking.gate.treat(() => 'hold')
    const stop = new AbortController()
    const docked = dockRecording(requestFor(file), { ...FAST, signal: stop.signal })
    const stopped = expect(docked).rejects.toThrow('camera taken out')
    await expect.poll(() => docking.gate.seen.length).toBeGreaterThan(0)
    stop.abort(new Error('camera taken out'))
    await stopped
  })
})

describe('a bad connection', () => {
  it('is overcome by trying again: server errors, lost connections, a lost commit', async () => {
    const { file, bytes } = await docking.newRecording(4 * BLOCK_SIZE)
    const troubles = [{ status: 503 }, 'reset', { status: 500 }] as const
    let put = 0
    docking.gate.treat(() => troubles[put++ % 5] ?? 'pass')
    const outcome = await dockRecording(requestFor(file), FAST)
    expect(outcome).toMatchObject({ outcome: 'secured', sentBytes: bytes.length })
    expect(docking.gate.seen.length).toBeGreaterThan(5)
  })

  it('costs nothing once all has landed: the next run only waits', async () => {
    const { file } = await docking.newRecording(BLOCK_SIZE)
    docking.app.holdVerdicts(true)
    const stop = new AbortController()
    const stopWhenWaiting = ({ step }: DockProgress) => {
      if (step === 'waiting') stop.abort(new Error('power cut'))
    }
    const first = { ...FAST, signal: stop.signal, onProgress: stopWhenWaiting }
    await expect(dockRecording(requestFor(file), first)).rejects.toThrow('power cut')

    const steps: string[] = []
    const onProgress = ({ step }: DockProgress) => {
      steps.push(step)
      if (step === 'waiting') docking.app.holdVerdicts(false)
    }
    const outcome = await dockRecording(requestFor(file), { ...FAST, onProgress })
    expect(outcome).toMatchObject({ outcome: 'secured', sentBytes: 0 })
    expect(steps).toEqual(['declared', 'waiting'])
  })

  it('does no harm when the answer to the commit is lost and the app is faster', async () => {
    const { file, bytes } = await docking.newRecording(2 * BLOCK_SIZE)
    const { app, gate } = docking
    const lost = { answerLost: true, meanwhile: () => app.secureLanded() } as const
    gate.treat(({ comp }) => {
      const commits = gate.seen.filter((put) => put.comp === 'blocklist')
      return comp === 'blocklist' && commits.length === 1 ? lost : 'pass'
    })
    const outcome = await dockRecording(requestFor(file), FAST)
    expect(outcome).toMatchObject({ outcome: 'secured', sentBytes: bytes.length })
    expect(gate.seen.filter(({ comp }) => comp === 'block')).toHaveLength(2)
  })

  it('is reported after the last attempt, without the address of the upload', async () => {
    const { file } = await docking.newRecording(10)
    docking.gate.treat(() => ({ status: 503 }))
    const docked = dockRecording(requestFor(file), {
      ...FAST,
      wire: { firstDelayMs: 1, attempts: 3 },
    })
    await expect(docked).rejects.toThrow(
      'Put Block at byte 0 of recording failed 3 times, at last with status 503; run again to go on from here',
    )
    expect(docking.gate.seen).toHaveLength(3)
  })

  it('costs only the blocks that are lacking: the next run sends the rest', async () => {
    const { file, bytes } = await docking.newRecording(6 * BLOCK_SIZE)
    docking.gate.treat(() => (docking.gate.passed.length < 4 ? 'pass' : { status: 503 }))
    const station = { ...docking.station, parallel: 1 }
    const options = { ...FAST, wire: { attempts: 1 } }
    await expect(dockRecording(requestFor(file, { station }), options)).rejects.toThrow('503')

    docking.gate.treat(() => 'pass')
    const outcome = await dockRecording(requestFor(file), FAST)
    expect(outcome).toMatchObject({ outcome: 'secured', sentBytes: 2 * BLOCK_SIZE })
    expect(docking.app.manifests[1]).toEqual(docking.app.manifests[0])
    const { id } = outcome as { id: string }
    const stored = await docking.app.blob(id, 'recording').downloadToBuffer()
    expect(stored.equals(bytes)).toBe(true)
  })
})

describe('an upload address', () => {
  it('is renewed once for all blocks when storage refuses it', async () => {
    const { file } = await docking.newRecording(6 * BLOCK_SIZE)
    // Storage finds it expired while the dock takes it for good: a dock's clock may be wrong.
    docking.app.addressesFor(-60_000, 60_000)
    docking.gate.treat(() => {
      docking.app.addressesFor(60_000)
      return 'pass'
    })
    expect(await dockRecording(requestFor(file), FAST)).toMatchObject({ outcome: 'secured' })
    expect(docking.app.requests.filter((request) => request === 'POST /uploads')).toHaveLength(2)
    expect(new Set(docking.gate.passed.map(({ sas }) => sas)).size).toBe(1)
  })

  it('is renewed before it expires', async () => {
    const { file } = await docking.newRecording(BLOCK_SIZE)
    docking.app.addressesFor(10_000)
    const onProgress = ({ step }: DockProgress) => {
      if (step === 'declared') docking.app.addressesFor(60_000)
    }
    await dockRecording(requestFor(file), { ...FAST, onProgress })
    expect(docking.gate.seen).toHaveLength(docking.gate.passed.length)
    expect(docking.app.requests.filter((request) => request === 'POST /uploads')).toHaveLength(2)
  })

  it('is not asked for for ever', async () => {
    const { file } = await docking.newRecording(BLOCK_SIZE)
    docking.app.addressesFor(-60_000, 60_000)
    await expect(dockRecording(requestFor(file), FAST)).rejects.toThrow(
      'Put Block at byte 0 of recording was refused by storage: 403',
    )
  })
})

describe('bytes that arrive changed', () => {
  it('are sent again, in full', async () => {
    const { file, bytes } = await docking.newRecording(3 * BLOCK_SIZE)
    const again: DockProgress[] = []
    const onProgress = (progress: DockProgress) => {
      if (progress.step === 'sending-again') again.push(progress)
    }
    const outcome = await dockRecording(requestFor(file, { corruptSends: 1 }), {
      ...FAST,
      onProgress,
    })
    const { id } = outcome as { id: string }
    expect(outcome).toMatchObject({ outcome: 'secured', sentBytes: 2 * bytes.length })
    expect(again).toEqual([{ step: 'sending-again', id, parts: ['recording'] }])
  })

  it('are given up after three times', async () => {
    const { file } = await docking.newRecording(10)
    const outcome = await dockRecording(requestFor(file, { corruptSends: Infinity }), FAST)
    expect(outcome).toMatchObject({
      outcome: 'mismatched',
      parts: [{ part: 'recording', state: 'mismatched', mismatches: 3 }],
    })
    expect(docking.gate.passed.filter(({ comp }) => comp === 'blocklist')).toHaveLength(3)
  })
})

describe('a dock that is not let in', () => {
  it('says which of its credentials to check, and not what they are', async () => {
    const { file } = await docking.newRecording(10)
    const station = { ...docking.station, clientSecret: 'not-the-secret' }
    const failure = await dockRecording(requestFor(file, { station }), FAST).catch(String)
    expect(failure).toContain(`answered 401 to dock ${station.clientId}: check its client id`)
    expect(failure).not.toContain('not-the-secret')
  })
})
