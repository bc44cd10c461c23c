import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { DigestThreadAnswer, DigestThreadData, DigestThreadOrder } from './digest-thread.ts'

/** 1 MiB: some milliseconds of hashing, beside which a message to the thread costs nothing. */
const BLOCK_BYTES = 1024 * 1024
/** How far reading may be ahead of hashing: as much as one block on its way to storage. */
const BLOCKS = 8

/** TypeScript where the sources run, JavaScript where they were built: as this file itself. */
const THREAD = new URL(`digest-thread${path.extname(import.meta.url)}`, import.meta.url)

/**
 * A SHA-256 that is computed in a thread of its own, while its bytes are read and written. They are
 * copied into memory that both threads share and that is filled again and again.
 */
export class ThreadDigest {
  readonly #worker: Worker
  readonly #blocks = Array.from(
    { length: BLOCKS },
    () => new Uint8Array(new SharedArrayBuffer(BLOCK_BYTES)),
  )
  /** Blocks that are not with the thread; the last one is being filled. */
  readonly #free = [...this.#blocks.keys()]
  #filled = 0
  #result: string | null = null
  #failure: Error | null = null
  #answered = Promise.withResolvers<void>()

  /** @param state what another digest's `state` gave, or null to begin */
  constructor(state: string | null) {
    this.#worker = new Worker(THREAD, {
      workerData: { blocks: this.#blocks, state } satisfies DigestThreadData,
      // It needs no flag of this process and none of its settings.
      execArgv: [],
      env: {},
    })
    this.#worker.on('message', (answer: DigestThreadAnswer) => {
      if ('result' in answer) this.#result = answer.result
      // Behind the block that is being filled.
      else this.#free.unshift(answer.block)
      this.#wake()
    })
    this.#worker.on('error', (cause) => this.#fail(cause))
    this.#worker.on('exit', () => this.#fail(undefined))
  }

  async update(bytes: Uint8Array): Promise<void> {
    for (let taken = 0; taken < bytes.length; ) {
      const index = this.#free.at(-1)
      const block = index === undefined ? undefined : this.#blocks[index]
      if (!block) {
        await this.#answer()
        continue
      }
      const part = bytes.subarray(taken, taken + BLOCK_BYTES - this.#filled)
      block.set(part, this.#filled)
      this.#filled += part.length
      taken += part.length
      if (this.#filled === BLOCK_BYTES) this.#send()
    }
  }

  state = (): Promise<string> => this.#ask('state')
  hex = (): Promise<string> => this.#ask('hex')

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }

  async #ask(what: 'state' | 'hex'): Promise<string> {
    if (this.#filled > 0) this.#send()
    this.#order(what)
    while (this.#result === null) await this.#answer()
    return this.#result
  }

  #send(): void {
    const block = this.#free.pop()
    if (block === undefined) return
    this.#order({ block, length: this.#filled })
    this.#filled = 0
  }

  #order(order: DigestThreadOrder): void {
    this.#worker.postMessage(order)
  }

  /** Waits for whatever the thread says next. */
  async #answer(): Promise<void> {
    if (this.#failure) throw this.#failure
    await this.#answered.promise
    if (this.#failure) throw this.#failure
  }

  #fail(cause: unknown): void {
    this.#failure ??= new Error('The thread that computes a digest ended.', { cause })
    this.#wake()
  }

  #wake(): void {
    this.#answered.resolve()
    this.#answered = Promise.withResolvers()
  }
}
