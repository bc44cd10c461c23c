import type { BlockBlobClient } from '@azure/storage-blob'
import type { OutputSink } from '../../media/output-sink.ts'
import { stageBlock } from './stage-block.ts'

/** A block is sent as soon as this much is there: few requests, and little in memory. */
const BLOCK_BYTES = 4 * 1024 * 1024
/** How many blocks are on their way to storage before a writer must wait. */
const BLOCKS_IN_FLIGHT = 2
/** How many empty blocks wait for the next output: of two jobs that copy, one each and one to send. */
const SPARE_BLOCKS = 4

/**
 * Blocks that were sent and are filled again, by whichever output. Blocks of their own each would
 * outlive the young and pile up until V8 collects all: the more, the longer a recording is.
 */
export class BlockPool {
  readonly #spare: Buffer[] = []

  /** Of its own allocation, so that pages which are never written cost nothing. */
  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES)
  }

  /** A block that nobody reads or writes any more. */
  giveBack(block: Buffer): void {
    if (this.#spare.length < SPARE_BLOCKS) this.#spare.push(block)
  }
}

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
  readonly #blocks: BlockPool
  readonly #blockIds: string[] = []
  readonly #inFlight = new Set<Promise<unknown>>()
  #failure: { error: unknown } | null = null
  /** What is being filled, if anything waits to be sent. */
  #block: Buffer | null = null
  #filled = 0

  constructor(
    blob: BlockBlobClient,
    headers: { blobContentType: string; blobCacheControl: string },
    blocks: BlockPool,
    signal: AbortSignal,
  ) {
    this.#blob = blob
    this.#headers = headers
    this.#blocks = blocks
    this.#abortSignal = signal
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let taken = 0; taken < bytes.length; ) {
      this.#block ??= this.#blocks.take()
      const part = bytes.subarray(taken, taken + BLOCK_BYTES - this.#filled)
      this.#block.set(part, this.#filled)
      this.#filled += part.length
      taken += part.length
      if (this.#filled === BLOCK_BYTES) await this.#stage(this.#block)
    }
  }

  async commit(): Promise<void> {
    const options = { blobHTTPHeaders: this.#headers, abortSignal: this.#abortSignal }
    const last = this.#block
    if (this.#blockIds.length === 0) {
      const whole = last?.subarray(0, this.#filled) ?? Buffer.alloc(0)
      await this.#blob.upload(whole, whole.length, options)
      if (last) this.#blocks.giveBack(last)
      return
    }
    if (last) await this.#stage(last)
    await Promise.all(this.#inFlight)
    this.#throwFailure()
    await this.#blob.commitBlockList(this.#blockIds, options)
  }

  async #stage(block: Buffer): Promise<void> {
    const bytes = block.subarray(0, this.#filled)
    while (this.#inFlight.size >= BLOCKS_IN_FLIGHT) await Promise.race(this.#inFlight)
    this.#throwFailure()
    this.#block = null
    this.#filled = 0
    const id = Buffer.from(`${this.#blockIds.length}`.padStart(6, '0')).toString('base64')
    this.#blockIds.push(id)
    const sending = stageBlock(this.#blob, id, bytes, this.#abortSignal)
      // One that could not be sent may still be read by a request that is not over.
      .then(() => this.#blocks.giveBack(block))
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#inFlight.delete(sending))
    this.#inFlight.add(sending)
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error
  }
}
