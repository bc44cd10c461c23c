import type { IncomingHttpHeaders } from 'node:http'

/** Containers of the service itself: nothing in them raises events. */
const SILENT_CONTAINERS = new Set(['$logs', '$blobchangefeed'])

/** The request that a blob event tells of, in the words of the event's `data`. */
export type BlobOperation = {
  api: 'PutBlob' | 'PutBlockList' | 'CopyBlob' | 'DeleteBlob'
  container: string
  /** Name of the blob, decoded. */
  blob: string
  blobType: 'BlockBlob' | 'PageBlob' | 'AppendBlob' | undefined
  contentType: string | undefined
  /** Bytes, where the request alone tells them. */
  contentLength: number | undefined
}

/**
 * Says which event a request raises if it succeeds; undefined for none. A single block, a new
 * container, metadata, tags, tiers, leases, snapshots and appended blocks raise none.
 * @param url path-style, as emulators have it: `/account/container/blob?query`
 * @see https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage
 */
export function blobOperation(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
): BlobOperation | undefined {
  // Not the URL class: it throws at `//` and folds `/a/../b`, which is a blob's name as it stands.
  const [path = '', queryText] = url.split('?', 2)
  const query = new URLSearchParams(queryText)
  const target = blobOf(path)
  if (!target || SILENT_CONTAINERS.has(target.container)) return undefined
  if (query.has('restype')) return undefined
  const api = apiOf(method, query, headers)
  if (!api) return undefined
  return { api, ...target, ...contentOf(api, headers) }
}

function apiOf(
  method: string,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
): BlobOperation['api'] | undefined {
  const comp = query.get('comp')
  if (method === 'DELETE') return comp || deletesPart(query, headers) ? undefined : 'DeleteBlob'
  if (method !== 'PUT') return undefined
  if (comp === 'blocklist') return 'PutBlockList'
  if (comp) return undefined
  // A copy has no type; Put Blob From URL names source and type and counts as Put Blob.
  if (headers['x-ms-blob-type']) return 'PutBlob'
  return headers['x-ms-copy-source'] ? 'CopyBlob' : undefined
}

/** A snapshot or a version goes, the blob itself stays. */
function deletesPart(query: URLSearchParams, headers: IncomingHttpHeaders): boolean {
  return (
    query.has('snapshot') || query.has('versionid') || headers['x-ms-delete-snapshots'] === 'only'
  )
}

function contentOf(
  api: BlobOperation['api'],
  headers: IncomingHttpHeaders,
): Pick<BlobOperation, 'blobType' | 'contentType' | 'contentLength'> {
  const declaredType = single(headers['x-ms-blob-content-type'])
  if (api === 'PutBlockList') {
    const contentType = declaredType ?? 'application/octet-stream'
    return { blobType: 'BlockBlob', contentType, contentLength: undefined }
  }
  const fromElsewhere = api !== 'PutBlob' || headers['x-ms-copy-source'] !== undefined
  if (fromElsewhere) {
    return { blobType: undefined, contentType: undefined, contentLength: undefined }
  }
  const contentType = declaredType ?? headers['content-type'] ?? 'application/octet-stream'
  // A page blob is made empty with a declared size, the others with the body they carry.
  const length = headers['x-ms-blob-content-length'] ?? headers['content-length']
  return { blobType: blobTypeOf(headers), contentType, contentLength: Number(length) }
}

function blobTypeOf(headers: IncomingHttpHeaders): BlobOperation['blobType'] {
  const type = headers['x-ms-blob-type']
  return type === 'PageBlob' || type === 'AppendBlob' ? type : 'BlockBlob'
}

/** `/account/container/a/b` names blob `a/b`; `/account/a` names blob `a` in the root container. */
function blobOf(path: string): { container: string; blob: string } | undefined {
  const [, container, blob] = /^\/[^/]+\/(?:([^/]+)\/)?(.+)$/.exec(path) ?? []
  if (!blob) return undefined
  return { container: decode(container ?? '$root'), blob: decode(blob) }
}

/** A path that is not UTF-8 is one that storage refuses too. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
