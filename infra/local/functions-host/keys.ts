import { createHash, timingSafeEqual } from 'node:crypto'

/** The app's keys. In Azure they are made up for each app and kept by the host. */
export type HostKeys = {
  /** Opens everything, the admin endpoints included. */
  master: string
  /** Host key of level `function`: opens every function whose authLevel is `function`. */
  function: string
  /** System key `eventgrid_extension`: opens the Event Grid webhook. */
  eventGridExtension: string
}

/** Keys of a host on a developer's machine: published here, so they secure nothing. */
export const LOCAL_KEYS: HostKeys = {
  master: 'local-master-key',
  function: 'local-function-key',
  eventGridExtension: 'local-eventgrid-key',
}

export type KeyLevel = 'anonymous' | 'function' | 'eventGrid' | 'admin'

/** `unauthorized`: no key or an unknown one (401). `forbidden`: a true key of too low a level (403). */
export type KeyVerdict = 'allowed' | 'unauthorized' | 'forbidden'

/** Whether the key that a caller shows, if any, opens what asks for `level`. */
export function checkKey(key: string | undefined, level: KeyLevel, keys: HostKeys): KeyVerdict {
  if (level === 'anonymous') return 'allowed'
  if (key === undefined) return 'unauthorized'
  if (same(key, keys.master)) return 'allowed'
  const isFunctionKey = same(key, keys.function)
  if (level === 'function') return isFunctionKey ? 'allowed' : 'unauthorized'
  if (level === 'eventGrid' && same(key, keys.eventGridExtension)) return 'allowed'
  return isFunctionKey ? 'forbidden' : 'unauthorized'
}

/** The key of a request: header `x-functions-key`, else the query's `code`. */
export function keyOf(url: URL, header: string | string[] | undefined): string | undefined {
  return (Array.isArray(header) ? header[0] : header) ?? url.searchParams.get('code') ?? undefined
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
