import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** One write that the dock has sent to storage. */
export type StoragePut = { comp: string; blob: string; blockId: string | null; sas: string }

/** What happens to a write: it passes, gets a status instead, loses its connection, or is never answered. */
export type Treatment = 'pass' | 'reset' | 'hold' | { status: number }

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
    if (treated === 'pass') pass(storageOrigin, request, response, () => passed.push(put))
    else if (treated === 'reset') request.socket.resetAndDestroy()
    else if (treated !== 'hold')
      request.resume().on('end', () => response.writeHead(treated.status).end())
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

function pass(origin: string, from: IncomingMessage, to: ServerResponse, acknowledged: () => void) {
  const { method, headers, url } = from
  const onward = forward(origin + url, { method, headers }, (answer) => {
    if (answer.statusCode === 201) acknowledged()
    to.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(to)
  })
  onward.on('error', () => to.destroy())
  from.pipe(onward)
}
