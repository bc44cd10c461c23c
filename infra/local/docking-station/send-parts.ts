import type { AppClient } from './app-client.ts'
import { planBlocks } from './blocks.ts'
import { type OpenedUpload, type PartName, SIDECAR_KINDS, type UploadStatus } from './contract.ts'
import { DockError } from './dock-error.ts'
import type { Declaration } from './manifest.ts'
import type { DockProgress } from './progress.ts'
import { type UploadAddresses, uploadAddresses } from './upload-addresses.ts'
import { isStaged, uploadPart } from './upload-part.ts'
import type { Wire } from './wire.ts'

export type SendContext = {
  app: AppClient
  wire: Wire
  signal: AbortSignal | undefined
  now: () => Date
  parallel: number
  /** Flips one byte of the recording on its way. */
  corrupt: boolean
  onProgress: (progress: DockProgress) => void
}

/** The recording goes last: it is what starts the app's work, and its sidecars are there by then. */
const ORDER: readonly PartName[] = [...SIDECAR_KINDS, 'recording']

/** Blocks can vanish under a part (uncommitted ones after a week), but hardly twice in one run. */
const ROUNDS = 3

/**
 * Sends all parts that the app still wants, less what storage holds of them.
 * @param before the status before sending, or null for a new upload, of which storage holds nothing
 * @returns bytes sent.
 * @throws DockError as uploadPart, and `unexpected-answer` when the app wants what was not declared.
 */
export async function sendParts(
  upload: OpenedUpload,
  declaration: Declaration,
  before: UploadStatus | null,
  context: SendContext,
): Promise<number> {
  const { app } = context
  const declareAgain = async () => {
    const again = await app.open(declaration.manifest)
    if (again.outcome === 'opened') return again.upload.uploads
    const { status, problem } = again
    const reason = `${status} ${problem.title}`
    throw new DockError('unexpected-answer', `the app gave no new upload address: ${reason}`)
  }
  const addresses = uploadAddresses(upload.uploads, declareAgain, context.now)
  const wanted = ORDER.filter((name) => upload.uploads.some(({ part }) => part === name))
  let sentBytes = 0
  for (const part of wanted) {
    if (before && hasLanded(part, before)) continue
    // Of a part that mismatched, storage holds nothing more: it is sent anew in full.
    const mayHoldBlocks = before !== null && stateOf(part, before) === 'expected'
    sentBytes += await sendPart(part, upload, addresses, declaration, mayHoldBlocks, context)
  }
  return sentBytes
}

async function sendPart(
  part: PartName,
  { id, blockSize }: OpenedUpload,
  addresses: UploadAddresses,
  { sources }: Declaration,
  mayHoldBlocks: boolean,
  { app, wire, signal, parallel, corrupt, onProgress }: SendContext,
): Promise<number> {
  const source = sources.get(part)
  if (!source) throw new DockError('unexpected-answer', `the app wants ${part}, not declared`)
  const { path: file, size, sha256, contentType } = source
  const flip = corrupt && part === 'recording' ? { flipByteAt: Math.floor(size / 2) } : {}
  let sentBytes = 0
  for (let round = 1; round <= ROUNDS; round++) {
    const staged = mayHoldBlocks || round > 1 ? await app.stagedBlocks(id, part) : new Map()
    const heldBlocks = planBlocks(size, blockSize, sha256).filter((block) =>
      isStaged(block, staged),
    )
    const heldBytes = heldBlocks.reduce((total, { length }) => total + length, 0)
    let bytes = heldBytes
    const report = () => onProgress({ step: 'sending', part, bytes, totalBytes: size, heldBytes })
    report()
    const partUpload = {
      part,
      file,
      size,
      sha256,
      contentType,
      blockSize,
      staged,
      addresses,
      parallel,
    }
    const outcome = await uploadPart({ ...partUpload, ...flip }, wire, signal, (length) => {
      sentBytes += length
      bytes += length
      report()
    })
    if (outcome === 'committed' || hasLanded(part, await app.status(id))) return sentBytes
  }
  throw new DockError(
    'unexpected-answer',
    `storage lost blocks of ${part} ${ROUNDS} times while they were sent: run again`,
  )
}

/** Whether a part has arrived whole, verified yet or not. */
function hasLanded(name: PartName, status: UploadStatus): boolean {
  const state = stateOf(name, status)
  return state === 'landed' || state === 'secured'
}

function stateOf(name: PartName, { parts }: UploadStatus) {
  return parts.find(({ part }) => part === name)?.state
}
