import type { BlockBlobClient } from '@azure/storage-blob'
import type { OutputSink } from '../../media/output-sink.ts'
import { stageBlock } from './stage-block.ts'

/** A block is sent as soon as this much is there: few requests, and little in memory. */
const BLOCK_BYTES = 4 * 1024 * 1024
/** How many blocks are on their way to storage before a writer must wait. */
const BLOCKS_IN_FLIGHT = 2

/**
 * An output that leaves for storage as it is made: as staged blocks, which become a blob when they
 * are committed. Storage discards those of an attempt that never is (after a week,
 * https://learn.microsoft.com/rest/api/storageservices/put-block). What fits one block goes as a
 * whole.
 */
export class StagedOutput implements OutputSink {
  readonly #blob: BlockBlobClient
  readonly #headers: { blobContentType: string; blobCacheControl: string }
  readonly #abortSignal: AbortSignal
  readonly #blockIds: string[] = []
  readonly #inFlight = new Set<Promise<unknown>>()
  #failure: { error: unknown } | null = null
  #pieces: Uint8Array[] = []
  #held = 0

  constructor(
    blob: BlockBlobClient,
    headers: { blobContentType: string; blobCacheControl: string },
    signal: AbortSignal,
  ) {
    this.#blob = blob
    this.#headers = headers
    this.#abortSignal = signal
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#pieces.push(bytes)
    this.#held += bytes.length
    if (this.#held >= BLOCK_BYTES) await this.#stage()
  }

  async commit(): Promise<void> {
    const options = { blobHTTPHeaders: this.#headers, abortSignal: this.#abortSignal }
    if (this.#blockIds.length === 0) {
      const whole = this.#take()
      await this.#blob.upload(whole, whole.length, options)
      return
    }
    if (this.#held > 0) await this.#stage()
    await Promise.all(this.#inFlight)
    this.#throwFailure()
    await this.#blob.commitBlockList(this.#blockIds, options)
  }

  async #stage(): Promise<void> {
    while (this.#inFlight.size >= BLOCKS_IN_FLIGHT) await Promise.race(this.#inFlight)
    this.#throwFailure()
    const id = Buffer.from(`${this.#blockIds.length}`.padStart(6, '0')).toString('base64')
    const block = this.#take()
    this.#blockIds.push(id)
    const sending = stageBlock(this.#blob, id, block, this.#abortSignal)
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#inFlight.delete(sending))
    this.#inFlight.add(sending)
  }

  #take(): Buffer {
    const [first] = this.#pieces
    // One piece, as a segment of a stream copy is, needs no copying.
    const bytes =
      first && this.#pieces.length === 1
        ? Buffer.from(first.buffer, first.byteOffset, first.length)
        : Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#held = 0
    return bytes
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error
  }
}
