import { laneOf } from '../events/lane.ts'
import type { Footage } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import { EVER } from '../footage/index-keys.ts'
import { type WorkList, workListsOf } from '../footage/work-lists.ts'
import { inParallel } from '../in-parallel.ts'
import { driveRenditions } from '../render/drive-renditions.ts'
import { findUnpublished } from '../render/find-unpublished.ts'
import { isolate } from '../render/isolate.ts'
import { rollUp } from '../render/roll-up.ts'
import type { Services } from '../services.ts'

/** The work lists that should be left soon: who stays may wait for a lost event or a dead worker. */
const PASSING: WorkList[] = [
  'expected',
  'landed',
  'mismatched',
  'secured',
  'rendering',
  'awaiting-sidecar',
  'alert-due',
  'disposing',
]

/** What has stood still longer is left to people. When it was recorded does not matter. */
const PATIENCE_END_MS = 30 * 86_400_000
/** How many recordings of one list a sweep drives again; the next sweep takes the others. */
const LIMIT_PER_LIST = 500
/** Rendering waits its turn on the queues at shift change; that is no sign of a fault. */
const RENDERING_PATIENCE = 4
const REINDEXED_AT_ONCE = 8

/**
 * Compares the index with storage, and drives again what no event has reported. Event Grid delivers
 * at least once, except when it does not; this makes the pipeline converge all the same.
 * @param idleMs how long a recording must have stood still before it is looked at
 * @returns how many recordings were driven again
 */
export async function sweep(services: Services, idleMs: number): Promise<number> {
  const { index, catalogue, now } = services
  const time = now().getTime()
  let total = 0
  for (const state of PASSING) {
    const patience = state === 'rendering' ? RENDERING_PATIENCE * idleMs : idleMs
    const idleFor = (changedAt: string) => time - Date.parse(changedAt)
    let driven = 0
    for await (const { summary } of index.read({ by: 'state', state }, EVER)) {
      if (driven === LIMIT_PER_LIST) break
      // The index may be older than the truth, never newer: it can rule out what is too young.
      if (idleFor(summary.changedAt) < patience) continue
      const footage = await catalogue.find(summary.id)
      if (!footage) continue
      const idle = idleFor(footage.changedAt)
      if (idle < patience || idle > PATIENCE_END_MS) continue
      if (!workListsOf(footage).includes(state)) await catalogue.reindex(footage.id)
      else if (await driveAgain(services, footage)) driven += 1
    }
    total += driven
  }
  await finishChanges(services, idleMs)
  return total
}

/** Lets the index follow where the writer died that changed who may list a recording, or where it is found. */
async function finishChanges({ catalogue, now }: Services, idleMs: number): Promise<void> {
  const left = new Set<FootageId>()
  for await (const { id, at } of catalogue.unfinished()) {
    if (now().getTime() - Date.parse(at) >= idleMs) left.add(id)
    if (left.size === LIMIT_PER_LIST) break
  }
  await inParallel(REINDEXED_AT_ONCE, [...left], (id) => catalogue.reindex(id))
}

/** Sends again what the next step of a recording needs; says whether there was anything to send. */
async function driveAgain(services: Services, footage: Footage): Promise<boolean> {
  const { landing, queues, catalogue } = services
  const { id, state } = footage
  const lane = laneOf(footage)
  let driven = workListsOf(footage).includes('alert-due')
  await isolate(services, footage)
  if (state === 'disposing') {
    await queues.send('dispose-footage', { footageId: id }, 'ordinary')
    driven = true
  }
  for (const { part } of footage.parts) {
    const landed = await landing.find(id, part)
    if (!landed) continue
    await queues.send('secure-footage', { footageId: id, part, etag: landed.etag }, lane)
    driven = true
  }
  if (state === 'secured') {
    await queues.send('plan-renditions', { footageId: id, redrive: false }, lane)
    driven = true
  }
  if (state === 'rendering') {
    const unpublished = await findUnpublished(services, footage)
    for (const manifest of unpublished) {
      await queues.send('index-rendition', { footageId: id, manifest }, 'ordinary')
    }
    await rollUp(services, id)
    // What is rendered already only needs publishing: the rest can wait for the next sweep.
    if (unpublished.length === 0) await driveRenditions(services, footage)
    driven = true
  }
  // It counts as moved: the next sweep gives this drive time to work.
  if (driven) await catalogue.change(id, () => ({}))
  return driven
}
