import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { expectNeverBack, followToEnd } from '../follow.ts'
import { processes } from '../processes.ts'
import {
  openScene,
  PIPELINE_LIMIT_MS,
  personWith,
  type Scene,
  STREET,
  securedId,
} from '../scene.ts'

/** How long the messages of a dead worker stay hidden. */
const LEASE_MS = 3_000

describe('a worker that is killed', () => {
  let scene: Scene
  let scratch: string

  beforeEach(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'bluelamp-scratch-'))
    scene = await openScene({ queueLeaseMs: LEASE_MS, settings: { TMPDIR: scratch } })
  }, PIPELINE_LIMIT_MS)

  afterEach(async () => {
    await scene[Symbol.asyncDispose]()
    await rm(scratch, { recursive: true, force: true })
  })

  it(
    'while it renders is replaced, and the recording becomes ready all the same',
    async () => {
      const id = securedId(await scene.dock({ file: STREET, sequence: 1 }))
      const [worker] = scene.system.host?.workers ?? []
      const ofWorker = () => processes().filter(({ parent }) => parent === worker)
      await vi.waitFor(() => expect(ofWorker().map(({ name }) => name)).toContain('ffmpeg'), {
        timeout: PIPELINE_LIMIT_MS,
        interval: 20,
      })
      const following = followToEnd(scene, personWith('EvidenceManager'), id)
      const orphans = ofWorker().map(({ pid }) => pid)
      await scene.system.host?.killWorker(0)
      await vi.waitFor(() => {
        const alive = processes().filter(({ pid }) => orphans.includes(pid))
        expect(alive).toEqual([])
      }, 10_000)
      await scene.until(id, 'ready')
      const told = await following
      expectNeverBack(told)
      expect(told.at(-1)?.percent).toBe(100)
      const playback = await scene.as(
        personWith('EvidenceManager'),
        'POST',
        `/footage/${id}/playback`,
        {
          reason: 'after the worker had died',
        },
      )
      expect(playback.status).toBe(201)
      // Outputs go to storage as they are made: neither of the workers wrote a file.
      expect(await readdir(scratch)).toEqual([])
    },
    PIPELINE_LIMIT_MS,
  )

  it(
    'while it makes an evidence package is replaced, and the package becomes ready',
    async () => {
      const manager = personWith('EvidenceManager')
      const id = securedId(await scene.dock({ file: STREET, sequence: 1 }))
      const recipient = { name: 'R. Osei', organisation: 'CPS', contact: 'r.osei@cps.example' }
      const asked = await scene.as(manager, 'POST', `/footage/${id}/packages`, {
        reason: 'file for the Crown Court',
        recipients: [{ ...recipient, capacity: 'prosecution' }],
        renditions: [],
      })
      expect(asked.status, asked.text).toBe(202)
      await scene.system.host?.killWorker(0)
      const { url } = asked.json() as { url: string }
      await vi.waitFor(
        async () => {
          const seen = (await scene.as(manager, 'GET', url)).json()
          expect(seen).toMatchObject({ state: 'ready', percent: 100 })
        },
        { timeout: PIPELINE_LIMIT_MS, interval: 200 },
      )
    },
    PIPELINE_LIMIT_MS,
  )

  it(
    'again and again while recordings come in loses none of them',
    async () => {
      const { system } = scene
      let docking = true
      const killing = (async () => {
        for (let kills = 0; docking && kills < 4; kills++) {
          await vi.waitFor(() => expect(system.host?.workers).toHaveLength(1), { timeout: 20_000 })
          await system.host?.killWorker(0)
        }
      })()
      const outcomes = await Promise.all(
        [1, 2, 3].map((sequence) => scene.dock({ file: STREET, sequence })),
      )
      docking = false
      await killing
      for (const outcome of outcomes) await scene.until(securedId(outcome), 'ready')
    },
    PIPELINE_LIMIT_MS,
  )
})
