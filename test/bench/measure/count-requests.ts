/**
 * Loaded into a worker before the app (`--import`): counts what it asks of storage and how many
 * bytes of footage come in, and leaves the sums in a file of BENCH_REQUESTS when the worker ends.
 */
import { subscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import path from 'node:path'

/** What all workers of a run have asked for. */
export type Requests = { total: number; originals: number; landing: number; bytes: number }

const { BENCH_REQUESTS } = process.env
const counted: Requests = { total: 0, originals: 0, landing: 0, bytes: 0 }

if (BENCH_REQUESTS) {
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage }
    if (!isOfFootage(request)) return
    counted.total += 1
    const container = /^\/[^/]+\/(originals|landing)\//.exec(request.path)?.[1]
    if (request.method !== 'GET' || !container) return
    counted[container as 'originals' | 'landing'] += 1
    // What really came through the socket: an answer may be left in the middle.
    const { socket } = response
    const before = socket.bytesRead
    response.once('close', () => {
      counted.bytes += socket.bytesRead - before
    })
  })
  process.once('exit', () => {
    writeFileSync(path.join(BENCH_REQUESTS, `${process.pid}.json`), JSON.stringify(counted))
  })
}

/** Storage alone knows this header; who is who is asked for callers, not for footage. */
const isOfFootage = (request: ClientRequest): boolean =>
  request.hasHeader('x-ms-version') && !/^\/[^/]+\/people\b/.test(request.path)
