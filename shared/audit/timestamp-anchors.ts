import { messageOf } from '../errors.ts'
import type { Services } from '../services.ts'
import { anchorBytes } from './anchor.ts'

/** Anchors that one run timestamps at most, where the authority did not answer for a while. */
const TOKENS_PER_RUN = 24

/**
 * Timestamps the anchors that have no token yet, in their order, until the authority fails.
 * @returns how many
 */
export async function timestampAnchors({
  anchors,
  timestampAuthority,
  log,
}: Pick<Services, 'anchors' | 'timestampAuthority' | 'log'>): Promise<number> {
  if (!timestampAuthority) return 0
  let timestamps = 0
  for (const anchor of await anchors.withoutToken(TOKENS_PER_RUN)) {
    const token = await timestampAuthority.stamp(anchorBytes(anchor)).catch((error: unknown) => {
      log.warn('an audit anchor is not timestamped yet; the next run asks again', {
        anchor: anchor.number,
        because: messageOf(error),
      })
      return null
    })
    if (!token) break
    await anchors.putToken(anchor, token)
    timestamps += 1
  }
  return timestamps
}
