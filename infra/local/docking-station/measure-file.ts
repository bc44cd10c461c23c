import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { DockError } from './dock-error.ts'

/** Tells a file from a changed one without reading it. `path` is absolute, `modified` ISO 8601. */
export type FileIdentity = { path: string; size: number; modified: string }

const HASH_CHUNK_BYTES = 1024 * 1024

const CONTENT_TYPES: Record<string, string> = {
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.mkv': 'video/x-matroska',
  '.ts': 'video/mp2t',
  '.mts': 'video/mp2t',
  '.avi': 'video/x-msvideo',
}

const SIDECAR_CONTENT_TYPES: Record<string, string> = {
  '.json': 'application/json',
  '.csv': 'text/csv',
  '.gpx': 'application/gpx+xml',
  '.xml': 'application/xml',
  '.txt': 'text/plain',
}

/** @throws DockError `file` when there is no such file, or it is a folder. */
export async function identify(path: string): Promise<FileIdentity> {
  const found = await stat(path).catch((cause) => {
    throw unreadable(path, cause)
  })
  if (!found.isFile()) {
    throw new DockError('file', `${path} is no file: name the recordings, such as FOLDER/*.mp4`)
  }
  const { size, mtime } = found
  return { path, size, modified: mtime.toISOString() }
}

/** @throws DockError `file` when it is not what was looked at before: a camera may still write it. */
export async function mustBeUnchanged(file: FileIdentity): Promise<void> {
  const { size, modified } = await identify(file.path)
  if (size === file.size && modified === file.modified) return
  throw new DockError(
    'file',
    `${file.path} changed while it was docked: dock it again once the camera has closed it`,
  )
}

/**
 * SHA-256 in hex and size in bytes, in one pass. `onRead` is told the bytes read so far.
 * @throws DockError `file` when it cannot be read.
 */
export async function measure(
  path: string,
  signal: AbortSignal | undefined,
  onRead: (bytes: number) => void = () => {},
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  const options = { highWaterMark: HASH_CHUNK_BYTES, ...(signal && { signal }) }
  try {
    for await (const chunk of createReadStream(path, options) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      size += chunk.length
      onRead(size)
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw unreadable(path, cause)
  }
  return { size, sha256: hash.digest('hex') }
}

/** @throws DockError `file` for an extension that cameras do not use. */
export function recordingContentType(path: string): string {
  const type = CONTENT_TYPES[extname(path).toLowerCase()]
  if (type) return type
  const known = Object.keys(CONTENT_TYPES).join(', ')
  throw new DockError('file', `${path} is no recording by its name: expected one of ${known}`)
}

/** Sidecars come in each maker's own format; what is not recognised is bytes. */
export function sidecarContentType(path: string): string {
  return SIDECAR_CONTENT_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream'
}

function unreadable(path: string, cause: NodeJS.ErrnoException | Error | unknown): DockError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new DockError('file', `${path} cannot be read: ${reason}`, { cause })
}
