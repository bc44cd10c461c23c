import { createServer, request as forward, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One write that the dock has sent to storage. */
export type StoragePut = { comp: string; blob: string; blockId: string | null; sas: string }

/**
 * What happens to a write: it passes, gets a status instead, loses its connection before or after
 * storage has acted (`meanwhile` is what happens before the dock sees it), or is never answered.
 */
export type Treatment =
  | 'pass'
  | 'reset'
  | 'hold'
  | { status: number }
  | { answerLost: true; meanwhile: () => Promise<void> }

export type StorageGate = {
  /** Base URL in place of storage's own origin. */
  origin: string
  /** All writes seen, in order; `passed` are those that storage has acknowledged. */
  seen: StoragePut[]
  passed: StoragePut[]
  /** The most writes that were in the gate at one time. */
  mostAtOnce(): number
  treat(treatment: (put: StoragePut) => Treatment | Promise<Treatment>): void
  dispose(): Promise<void>
}

/** A proxy before the blob service that shows what a dock sends and can disturb it. */
export async function startStorageGate(storageOrigin: string): Promise<StorageGate> {
  const seen: StoragePut[] = []
  const passed: StoragePut[] = []
  let treatment: (put: StoragePut) => Treatment | Promise<Treatment> = () => 'pass'
  let atOnce = 0
  let mostAtOnce = 0

  const server = createServer(async (request, response) => {
    const put = putOf(request)
    seen.push(put)
    mostAtOnce = Math.max(mostAtOnce, ++atOnce)
    response.once('close', () => atOnce--)
    const treated = await treatment(put)
    if (treated === 'hold') return
    if (treated === 'reset') return request.socket.resetAndDestroy()
    if (treated !== 'pass' && 'status' in treated) {
      return request.resume().on('end', () => response.writeHead(treated.status).end())
    }
    const answer = await passOn(storageOrigin, request)
    if (answer.statusCode === 201) passed.push(put)
    if (treated !== 'pass') {
      await treated.meanwhile()
      return request.socket.resetAndDestroy()
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    passed,
    mostAtOnce: () => mostAtOnce,
    treat: (next) => {
      treatment = next
    },
    dispose: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

function putOf({ url = '' }: IncomingMessage): StoragePut {
  const { pathname, searchParams } = new URL(url, 'http://gate')
  return {
    comp: searchParams.get('comp') ?? '',
    blob: pathname,
    blockId: searchParams.get('blockid'),
    sas: searchParams.get('sig') ?? '',
  }
}

function passOn(origin: string, from: IncomingMessage): Promise<IncomingMessage> {
  const { method, headers, url } = from
  return new Promise((answered, reject) => {
    from.pipe(forward(origin + url, { method, headers }, answered).on('error', reject))
  })
}
