import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  openScene,
  PIPELINE_LIMIT_MS,
  personWith,
  type Scene,
  STREET,
  securedId,
} from '../scene.ts'

/** Sweeps look at what has stood still this long; in Azure it is a quarter of an hour. */
const IMPATIENT = { SWEEP_IDLE_SECONDS: '1', SWEEP_SCHEDULE: '0 0 0 1 1 *' }

describe('a pipeline whose events', () => {
  let scene: Scene | undefined
  afterEach(() => scene?.[Symbol.asyncDispose]())

  it(
    'arrive several times and out of order ends as one whose events do not',
    async () => {
      scene = await openScene()
      scene.system.eventGrid.setFaults('*', {
        duplicate: { rate: 1 },
        reorder: { gather: 3, withinMs: 300 },
      })
      const docked = await Promise.all(
        [1, 2, 3].map((sequence) => scene?.dock({ file: STREET, sequence })),
      )
      for (const outcome of docked) {
        const id = outcome ? securedId(outcome) : ''
        await scene.until(id, 'ready')
        await scene.system.eventGrid.idle()
        const trail = await scene.as(personWith('Auditor'), 'GET', `/footage/${id}/audit`)
        const { items } = trail.json() as { items: { action: string }[] }
        expect(items.filter(({ action }) => action === 'footage-secured')).toHaveLength(1)
        expect(items.filter(({ action }) => action === 'footage-sent-again')).toHaveLength(0)
      }
      expect(scene.complaints).toEqual([])
    },
    PIPELINE_LIMIT_MS,
  )

  it(
    'are all lost is healed by the sweep',
    async () => {
      const opened = await openScene({ settings: IMPATIENT })
      scene = opened
      const { system } = opened
      system.eventGrid.setFaults('*', { drop: { rate: 1 } })
      const docking = scene.dock({ file: STREET, sequence: 1 })
      const manager = personWith('EvidenceManager')
      let done = false
      const sweeping = (async () => {
        while (!done) await system.host?.runTimer('sweep')
      })()
      const id = securedId(await docking)
      // Manifests are reported by events alone: what they publish must be found by the sweep too.
      await scene.until(id, 'ready')
      done = true
      await sweeping
      // Nothing waits for the poster, which is made beside the rest.
      await vi.waitFor(
        async () =>
          expect((await opened.as(manager, 'GET', `/footage/${id}/poster`)).status).toBe(302),
        PIPELINE_LIMIT_MS,
      )
    },
    PIPELINE_LIMIT_MS,
  )
})
