import type { Config } from '../config.ts'
import { isEvidential } from '../footage/category.ts'
import type { Footage } from '../footage/footage.ts'
import type { RenditionPlan } from '../media/plan.ts'

/** Codecs whose stream copy not every browser plays. */
const NOT_EVERYWHERE = ['hevc']

/**
 * Whether the proxy is made at once or at first view. The copy and the poster always are; at full
 * scale, proxies of footage that nobody opens would cost some thousand cores.
 */
export function isProxyEager(
  policy: Config['proxyPolicy'],
  footage: Pick<Footage, 'urgent' | 'category'>,
  plan: Pick<RenditionPlan, 'media'>,
): boolean {
  return (
    policy === 'eager' ||
    footage.urgent ||
    // Sure to be looked at.
    isEvidential(footage.category) ||
    NOT_EVERYWHERE.includes(plan.media.video.codec)
  )
}
