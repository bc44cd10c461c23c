import type { EventSubscription } from '../../topology.ts'

/**
 * Where the Event Grid extension of a Functions host listens.
 * @param hostUrl e.g. `http://127.0.0.1:7071`
 * @param key the host's system key `eventgrid_extension`, if it demands one
 */
export function functionWebhooks(
  hostUrl: string,
  key?: string,
): (subscription: EventSubscription) => URL {
  return (subscription) => {
    const url = new URL('/runtime/webhooks/EventGrid', hostUrl)
    url.searchParams.set('functionName', subscription.function)
    if (key !== undefined) url.searchParams.set('code', key)
    return url
  }
}
