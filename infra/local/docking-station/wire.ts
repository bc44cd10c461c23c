import { DockError } from './dock-error.ts'
import { pause } from './pause.ts'

/** How requests leave the dock. Tests replace the parts that take time. */
export type Wire = {
  fetch: typeof fetch
  sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
  random: () => number
  attempts: number
  firstDelayMs: number
}

export type WireRequest = {
  /** Names the request in messages; the URL may hold a SAS and is never shown. */
  what: string
  url: string
  method: 'GET' | 'POST' | 'PUT'
  headers?: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer> | URLSearchParams
  timeoutMs: number
  signal: AbortSignal | undefined
}

export type Answer = { status: number; headers: Headers; body: string }

const LONGEST_DELAY_MS = 30_000

/** A restart of the app or a short network failure passes within the 31 s these six attempts span. */
export const defaultWire: Wire = {
  fetch: (...request) => fetch(...request),
  sleep: pause,
  random: Math.random,
  attempts: 6,
  firstDelayMs: 1_000,
}

/**
 * Sends a request until there is an answer that another attempt would not change, and returns that
 * answer, 4xx included. Network failures, time-outs, 408, 429 and 5xx are tried again after an
 * exponential back-off with jitter, or after what Retry-After asks for.
 * @throws DockError `unreachable` after the last attempt; the signal's reason when it aborts.
 */
export async function send(request: WireRequest, wire: Wire): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const result = await attemptOnce(request, wire)
    if (result.answer && !isTransient(result.answer.status)) return result.answer
    if (attempt === wire.attempts) throw unreachable(request.what, attempt, result)
    const wait = retryAfterMs(result.answer) ?? backOffMs(attempt, wire)
    await wire.sleep(Math.min(wait, LONGEST_DELAY_MS), request.signal)
  }
}

type Attempt = { answer: Answer; failure?: never } | { answer?: never; failure: Error }

async function attemptOnce(request: WireRequest, wire: Wire): Promise<Attempt> {
  const { url, method, headers, body, timeoutMs, signal } = request
  signal?.throwIfAborted()
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await wire.fetch(url, {
      method,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
    })
    return {
      answer: {
        status: response.status,
        headers: response.headers,
        body: await response.text(),
      },
    }
  } catch (error) {
    signal?.throwIfAborted()
    // fetch rejects with TypeError for every network failure and with the time-out's own reason.
    if (error instanceof TypeError || error === timeout.reason) return { failure: error as Error }
    throw error
  }
}

function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** Half fixed, half random: 4 blocks that failed together do not return together. */
function backOffMs(attempt: number, { firstDelayMs, random }: Wire): number {
  return firstDelayMs * 2 ** (attempt - 1) * (0.5 + random() / 2)
}

function retryAfterMs(answer: Answer | undefined): number | undefined {
  const seconds = Number.parseInt(answer?.headers.get('retry-after') ?? '', 10)
  return Number.isNaN(seconds) ? undefined : seconds * 1_000
}

function unreachable(what: string, attempts: number, { answer, failure }: Attempt): DockError {
  const last = answer ? `status ${answer.status}` : causeOf(failure)
  return new DockError(
    'unreachable',
    `${what} failed ${attempts} times, at last with ${last}; run again to go on from here`,
    { cause: failure },
  )
}

/** undici says only "fetch failed"; what went wrong is in the cause. */
function causeOf(failure: Error | undefined): string {
  const { cause } = failure ?? {}
  return cause instanceof Error
    ? ((cause as NodeJS.ErrnoException).code ?? cause.message)
    : `${failure?.message}`
}
