import { EVER } from '../footage/index-keys.ts'
import type { Services } from '../services.ts'

/** Disposals that one run puts on the queue; the next run takes the others. */
const LIMIT_PER_RUN = 5_000

/**
 * Puts on a queue what is to be disposed of and cannot be called off any more. What has begun and
 * stands still is driven again by the sweep.
 * @returns how many there were
 */
export async function driveDisposal({ index, catalogue, queues, now }: Services): Promise<number> {
  let driven = 0
  for await (const { summary } of index.read({ by: 'state', state: 'disposal-due' }, EVER)) {
    if (driven === LIMIT_PER_RUN) break
    const { id, disposal } = await catalogue.get(summary.id)
    if (!disposal || now().getTime() < Date.parse(disposal.notBefore)) continue
    await queues.send('dispose-footage', { footageId: id }, 'ordinary')
    driven += 1
  }
  return driven
}
