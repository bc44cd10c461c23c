import type { Footage } from '../footage/footage.ts'
import type { FootageState } from '../footage/state.ts'
import { driveRenditions } from '../render/drive-renditions.ts'
import { rollUp } from '../render/roll-up.ts'
import type { Services } from '../services.ts'

/** The states that should not last, and so may mean that an event was lost or a worker died. */
const PASSING_STATES: FootageState[] = ['expected', 'landed', 'mismatched', 'secured', 'rendering']

/** How far back a sweep looks: what has stood still longer is on the work lists for people. */
const SWEPT_DAYS = 30
const DAY_MS = 86_400_000
/** How many recordings of one state a sweep drives again; the next sweep takes the others. */
const LIMIT_PER_STATE = 500
/** Rendering waits its turn on the queues at shift change; that is no sign of a fault. */
const RENDERING_PATIENCE = 4

/**
 * Compares the index with storage, and drives again what no event has reported. Event Grid delivers
 * at least once, except when it does not; this makes the pipeline converge all the same.
 * @param idleMs how long a recording must have stood still before it is looked at
 * @returns how many recordings were driven again
 */
export async function sweep(services: Services, idleMs: number): Promise<number> {
  const { index, catalogue, now } = services
  const to = now()
  const span = {
    from: new Date(to.getTime() - SWEPT_DAYS * DAY_MS).toISOString(),
    to: to.toISOString(),
  }
  let total = 0
  for (const state of PASSING_STATES) {
    const patience = state === 'rendering' ? RENDERING_PATIENCE * idleMs : idleMs
    const stoodStill = (changedAt: string) => to.getTime() - Date.parse(changedAt) >= patience
    let driven = 0
    for await (const { summary } of index.read({ by: 'state', state }, span)) {
      if (driven === LIMIT_PER_STATE) break
      // The index may be older than the truth, never newer: it can rule out, not in.
      if (!stoodStill(summary.changedAt)) continue
      const footage = await catalogue.find(summary.id)
      if (!footage || !stoodStill(footage.changedAt)) continue
      if (footage.state !== state) await catalogue.reindex(footage.id)
      else if (await driveAgain(services, footage)) driven += 1
    }
    total += driven
  }
  return total
}

/** Sends again what the next step of a recording needs; says whether there was anything to send. */
async function driveAgain(services: Services, footage: Footage): Promise<boolean> {
  const { landing, queues, catalogue } = services
  const { id, state } = footage
  let driven = false
  for (const { part } of footage.parts) {
    const landed = await landing.find(id, part)
    if (!landed) continue
    await queues.send('secure-footage', { footageId: id, part, etag: landed.etag })
    driven = true
  }
  if (state === 'secured') {
    await queues.send('plan-renditions', { footageId: id, redrive: false })
    driven = true
  }
  if (state === 'rendering') {
    await rollUp(services, id)
    await driveRenditions(services, footage)
    driven = true
  }
  // It counts as moved: the next sweep gives this drive time to work.
  if (driven) await catalogue.change(id, () => ({}))
  return driven
}
