import { expect, it } from 'vitest'
import type { RenditionProgress } from '../../../shared/footage/renditions.ts'
import { progressAfter, type Tally } from '../../../shared/render/roll-up.ts'
import { footage } from '../footage-fixture.ts'

const rendering = (kind: 'copy' | 'proxy', finished = 0): RenditionProgress => ({
  kind,
  state: 'rendering',
  chunks: 3,
  finished,
})
const abandoned = (chunk: number, renditions: Tally['abandoned'][number]['renditions']) => ({
  schemaVersion: 1 as const,
  chunk,
  renditions,
  reason: `chunk ${chunk} cannot be decoded`,
  abandoned: true,
  at: '2026-11-23T10:00:00.000Z',
})
const tally = (copy: number, proxy: number, given: Tally['abandoned'] = []): Tally => ({
  finished: { copy, proxy },
  abandoned: given,
})
const both = footage({ state: 'rendering', renditions: [rendering('copy'), rendering('proxy')] })

it('changes nothing where nothing new is published', () => {
  expect(progressAfter(both, tally(0, 0))).toBeNull()
})

it('counts what is published while rendering goes on', () => {
  expect(progressAfter(both, tally(2, 1))).toEqual({
    state: 'rendering',
    renditions: [rendering('copy', 2), rendering('proxy', 1)],
  })
})

it('is ready when every rendition is', () => {
  const ready = { state: 'ready', finished: 3 }
  expect(progressAfter(both, tally(3, 2))).toMatchObject({
    state: 'rendering',
    renditions: [ready, { state: 'rendering', finished: 2 }],
  })
  expect(progressAfter(both, tally(3, 3))).toMatchObject({
    state: 'ready',
    renditions: [ready, ready],
  })
})

it('does not wait for a rendition that is left for the first viewer', () => {
  const deferred = { ...rendering('proxy'), state: 'deferred' as const }
  const one = footage({ state: 'rendering', renditions: [rendering('copy'), deferred] })
  expect(progressAfter(one, tally(3, 0))).toMatchObject({
    state: 'ready',
    renditions: [{ state: 'ready' }, deferred],
  })
})

it('never goes back, though a tally comes late', () => {
  const ahead = footage({ state: 'rendering', renditions: [rendering('copy', 2)] })
  expect(progressAfter(ahead, tally(1, 0))).toBeNull()
  const done = { ...rendering('copy', 3), state: 'ready' as const }
  expect(progressAfter(footage({ state: 'ready', renditions: [done] }), tally(0, 0))).toBeNull()
})

it('says why a rendition has gaps, and plays the rest', () => {
  const change = progressAfter(both, tally(2, 3, [abandoned(1, ['copy'])]))
  expect(change).toMatchObject({
    state: 'ready',
    renditions: [
      { kind: 'copy', state: 'failed', finished: 2, failure: 'chunk 1 cannot be decoded' },
      { kind: 'proxy', state: 'ready' },
    ],
  })
  expect(change).not.toHaveProperty('unplayable')
})

it('waits for the chunks that are still being made beside one that was given up', () => {
  expect(progressAfter(both, tally(1, 0, [abandoned(1, ['copy'])]))).toMatchObject({
    state: 'rendering',
    renditions: [{ state: 'rendering', failure: 'chunk 1 cannot be decoded' }, {}],
  })
})

it('is unplayable when every chunk was given up, and says why', () => {
  const given = [0, 1, 2].map((chunk) => abandoned(chunk, ['copy', 'proxy', 'storyboard']))
  expect(progressAfter(both, tally(0, 0, given))).toMatchObject({
    state: 'unplayable',
    unplayable: { reason: 'render-failed', detail: 'chunk 0 cannot be decoded' },
  })
})

it('forgets a failure that was made good', () => {
  const failed = { ...rendering('copy', 2), state: 'failed' as const, failure: 'once' }
  const change = progressAfter(footage({ state: 'rendering', renditions: [failed] }), tally(3, 0))
  expect(change?.renditions?.[0]).toEqual({ ...rendering('copy', 3), state: 'ready' })
})

it('leaves alone what is not being rendered', () => {
  expect(progressAfter(footage({ state: 'secured' }), tally(0, 0))).toBeNull()
})
