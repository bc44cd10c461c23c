import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { type Block, blockListXml, planBlocks } from './blocks.ts'
import type { PartName } from './contract.ts'
import { DockError } from './dock-error.ts'
import { putToStorage } from './storage-put.ts'
import type { UploadAddresses } from './upload-addresses.ts'
import type { Answer, Wire } from './wire.ts'

/** A block of 8 MiB needs 0.5 Mbit/s to arrive in this time. */
const BLOCK_TIMEOUT_MS = 120_000
const COMMIT_TIMEOUT_MS = 60_000

export type PartUpload = {
  part: PartName
  file: string
  size: number
  sha256: string | null
  contentType: string
  blockSize: number
  /** Blocks that storage already holds: base64 id → bytes. */
  staged: ReadonlyMap<string, number>
  addresses: UploadAddresses
  parallel: number
  /** Offset of a byte to flip on its way, to show what a damaged transfer looks like. */
  flipByteAt?: number
}

/**
 * `committed`: storage has made the blocks one blob. `unsettled`: storage lacks some of the blocks
 * or the app wants the part no longer; only the app's status can tell what that means.
 */
export type PartOutcome = 'committed' | 'unsettled'

/**
 * Sends what storage lacks of a part, several blocks at a time, and commits it. `onBlock` is told
 * the length of each block that has arrived.
 * @throws DockError `unreachable`, `unexpected-answer` or `file`.
 */
export async function uploadPart(
  upload: PartUpload,
  wire: Wire,
  signal: AbortSignal | undefined,
  onBlock: (length: number) => void,
): Promise<PartOutcome> {
  const blocks = planBlocks(upload.size, upload.blockSize, upload.sha256)
  const queue = blocks.filter((block) => !isStaged(block, upload.staged)).values()
  const stop = new AbortController()
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  await using file = await open(upload.file)
  const worker = async () => {
    for (const block of queue) {
      const answer = await stage(block, file, upload, wire, either)
      if (answer === null) return stop.abort(NO_LONGER_WANTED)
      onBlock(block.length)
    }
  }
  const workers = Array.from({ length: upload.parallel }, () =>
    worker().catch((error) => {
      stop.abort(error)
      throw error
    }),
  )
  // All workers are waited for: the file must stay open until the last one has let go of it.
  await Promise.allSettled(workers)
  if (stop.signal.reason === NO_LONGER_WANTED) return 'unsettled'
  await Promise.all(workers)
  return commit(blocks, upload, wire, signal)
}

/** Whether storage already holds this very block. */
export function isStaged(block: Block, staged: ReadonlyMap<string, number>): boolean {
  return staged.get(block.id) === block.length
}

const NO_LONGER_WANTED = Symbol('the app wants the part no longer')

async function stage(
  block: Block,
  file: FileHandle,
  upload: PartUpload,
  wire: Wire,
  signal: AbortSignal,
): Promise<Answer | null> {
  const { part, addresses } = upload
  const body = await readBlock(block, file, upload)
  const what = `Put Block at byte ${block.offset} of ${part}`
  // Storage checks each block on arrival: a flipped bit costs one block and not the recording.
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  const query = { comp: 'block', blockid: block.id }
  const timeoutMs = BLOCK_TIMEOUT_MS
  const put = { what, part, query, headers, body, timeoutMs }
  const answer = await putToStorage(put, addresses, wire, signal)
  if (answer && answer.status !== 201) throw refusal(what, answer)
  return answer
}

async function readBlock(
  { offset, length }: Block,
  file: FileHandle,
  { file: path, flipByteAt }: PartUpload,
): Promise<Uint8Array<ArrayBuffer>> {
  const body = new Uint8Array(length)
  const { bytesRead } = await file.read(body, 0, length, offset)
  if (bytesRead < length) {
    throw new DockError('file', `${path} became shorter while it was sent: dock it again`)
  }
  if (flipByteAt !== undefined && flipByteAt >= offset && flipByteAt < offset + length) {
    body[flipByteAt - offset] = 0xff ^ (body[flipByteAt - offset] ?? 0)
  }
  return body
}

async function commit(
  blocks: readonly Block[],
  { part, contentType, addresses }: PartUpload,
  wire: Wire,
  signal: AbortSignal | undefined,
): Promise<PartOutcome> {
  const what = `Put Block List of ${part}`
  const query = { comp: 'blocklist' }
  const headers = { 'x-ms-blob-content-type': contentType, 'content-type': 'application/xml' }
  const timeoutMs = COMMIT_TIMEOUT_MS
  const put = { what, part, query, headers, body: blockListXml(blocks), timeoutMs }
  const answer = await putToStorage(put, addresses, wire, signal)
  // Blocks are gone when an earlier commit whose answer was lost has already been worked on.
  if (answer === null || errorCode(answer) === 'InvalidBlockList') return 'unsettled'
  if (answer.status !== 201) throw refusal(what, answer)
  return 'committed'
}

function errorCode({ headers }: Answer): string | null {
  return headers.get('x-ms-error-code')
}

function refusal(what: string, answer: Answer): DockError {
  return new DockError(
    'unexpected-answer',
    `${what} was refused by storage: ${answer.status} ${errorCode(answer) ?? 'without an error code'}`,
  )
}
