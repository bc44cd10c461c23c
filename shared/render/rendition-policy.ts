import type { Config } from '../config.ts'
import type { Footage } from '../footage/footage.ts'
import type { RenditionPlan } from '../media/plan.ts'

/** Categories whose footage is sure to be looked at. */
const EVIDENTIAL_CATEGORIES = ['evidential', 'evidence']

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
    EVIDENTIAL_CATEGORIES.includes(footage.category?.toLowerCase() ?? '') ||
    NOT_EVERYWHERE.includes(plan.media.video.codec)
  )
}
