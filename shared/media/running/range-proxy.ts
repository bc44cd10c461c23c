import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FootageSource } from '../source.ts'

/** A recording served to ffmpeg on this machine for the length of one run. */
export type RangeProxy = AsyncDisposable & {
  /** For ffmpeg alone: it names no storage and carries no credential of it. */
  url: string
  /** Bytes that were taken from the source so far. */
  bytesRead(): number
  /** What the source threw, if it did: ffmpeg would call a cut recording a success. */
  failure(): unknown
}

/** How a recording is served. */
export type RangeProxyOptions = {
  signal: AbortSignal
  /** Told of each piece that was read: ffmpeg is alive. */
  onBytes?: () => void
  /** Longest answer: a range without an end stops here, and ffmpeg asks again if it wants more. */
  windowBytes?: number
}

/**
 * Serves byte ranges of a recording on a loopback port at an address that cannot be guessed.
 * Only what ffmpeg takes is read: a response waits until the socket drains, and a closed socket
 * ends the reading.
 */
export async function serveRanges(
  source: FootageSource,
  options: RangeProxyOptions,
): Promise<RangeProxy> {
  const token = randomBytes(24).toString('base64url')
  const closing = new AbortController()
  const signal = AbortSignal.any([options.signal, closing.signal])
  let bytesRead = 0
  let failure: unknown

  const server = createServer((request, response) => {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    answer(request, response, AbortSignal.any([signal, gone.signal])).catch((error) => {
      if (!gone.signal.aborted && !signal.aborted) failure ??= error
      // A body that is too short must look like a broken connection, never like an end.
      response.destroy()
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse, until: AbortSignal) {
    if (request.url !== `/${token}`) return void response.writeHead(404).end()
    const range = parseRange(request.headers.range, source.size)
    if (!range)
      return void response.writeHead(416, { 'content-range': `bytes */${source.size}` }).end()
    const end = Math.min(range.end, range.start + (options.windowBytes ?? Number.POSITIVE_INFINITY))
    response.writeHead(206, {
      // ffmpeg takes a shorter answer for a broken connection and must see it closed to go on.
      ...(end < range.end ? { connection: 'close' } : {}),
      'accept-ranges': 'bytes',
      'content-length': end - range.start,
      'content-range': `bytes ${range.start}-${end - 1}/${source.size}`,
      'content-type': 'application/octet-stream',
    })
    if (request.method === 'HEAD') return void response.end()
    for await (const piece of source.read(range.start, end, until)) {
      bytesRead += piece.length
      options.onBytes?.()
      if (!response.write(piece)) await once(response, 'drain', { signal: until })
    }
    response.end()
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/${token}`,
    bytesRead: () => bytesRead,
    failure: () => failure,
    async [Symbol.asyncDispose]() {
      closing.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One range of RFC 9110 §14.1.2; none means the whole. Null if it cannot be satisfied. */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | null {
  if (header === undefined) return { start: 0, end: size }
  const match = /^bytes=(\d+)-(\d*)$/.exec(header)
  if (!match) return null
  const start = Number(match[1])
  const end = match[2] ? Math.min(Number(match[2]) + 1, size) : size
  return start < end ? { start, end } : null
}
