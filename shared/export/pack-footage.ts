import { crc32 } from 'node:zlib'
import { BluelampError } from '../errors.ts'
import type { Packed, PackedFile, PackingList, PackingProgress } from '../records/packing-list.ts'
import { nodeDigest, type RunningDigest, resumableDigest } from '../storage/blobs/running-digest.ts'
import { dataDescriptor, framedBytes, localHeader } from './zip.ts'

/** 4 GiB: what one worker writes at most, in two or three minutes of its ten. */
export const PACKING_PART_BYTES = 4 * 1024 ** 3

/** What packing reads from and writes to. */
export type PackingDesk = {
  /** Bytes `start` to `end` of a file that is to be packed. */
  read(file: PackedFile, start: number, end: number): AsyncIterable<Uint8Array>
  /** Puts bytes of the archive, from `offset` on, where they wait until it is whole. */
  stage(offset: number, bytes: AsyncIterable<Uint8Array>): Promise<void>
}

/** The footage is in: what follows it in the archive, and the digest up to there, to be disposed of. */
export type PackedFootage = {
  packed: Packed[]
  offset: number
  ends: number[]
  digest: RunningDigest
}

/**
 * Writes the footage of a package into the archive, or as much of it as one worker may, in one
 * stream: each file is hashed as it is written, and must be what was secured. The rest is for
 * further calls, by whichever worker, from the progress that the last one returned.
 * @throws BluelampError `damaged-record` if a file is not what it must be
 */
export async function packFootage(
  list: PackingList,
  progress: PackingProgress | null,
  desk: PackingDesk,
  partBytes: number = PACKING_PART_BYTES,
): Promise<{ packed: PackedFootage } | { progress: PackingProgress }> {
  const start = progress?.offset ?? 0
  // Node's own digest is several times as fast, but cannot be handed on.
  const alone = footageBytes(list) <= partBytes
  const digestFrom = (state: string | null): RunningDigest =>
    alone ? nodeDigest() : resumableDigest(state)
  await using digests = new AsyncDisposableStack()
  const archive = digests.use(digestFrom(progress?.digest ?? null))
  await using writer = new FootageWriter(list, progress, digestFrom)
  await desk.stage(start, hashedBy(archive, writer.bytes(partBytes, desk.read)))
  const { offset, packed } = writer
  const ends = [...(progress?.ends ?? []), offset]
  if (packed.length === list.files.length) {
    digests.move()
    return { packed: { packed, offset, ends, digest: archive } }
  }
  const [current, digest] = await Promise.all([writer.current(), archive.state()])
  return { progress: { offset, ends, packed, current, digest } }
}

/** How many bytes of the archive the footage takes. */
export const footageBytes = ({ files, at }: PackingList): number =>
  files.reduce((sum, file) => sum + framedBytes(file, new Date(at)), 0)

async function* hashedBy(
  digest: RunningDigest,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    await digest.update(piece)
    yield piece
  }
}

/** The file that is being written: where it begins in the archive, and what is known of it. */
type Current = { offset: number; done: number; crc32: number; digest: RunningDigest }

class FootageWriter implements AsyncDisposable {
  readonly packed: Packed[]
  offset: number
  readonly #list: PackingList
  readonly #at: Date
  readonly #digestFrom: (state: string | null) => RunningDigest
  #begun: PackingProgress['current']
  #current: Current | null = null

  constructor(
    list: PackingList,
    progress: PackingProgress | null,
    digestFrom: (state: string | null) => RunningDigest,
  ) {
    this.#list = list
    this.#at = new Date(list.at)
    this.#digestFrom = digestFrom
    this.packed = [...(progress?.packed ?? [])]
    this.offset = progress?.offset ?? 0
    this.#begun = progress?.current ?? null
  }

  /** What another worker needs to go on with the file in hand. Ends the use of its digest. */
  async current(): Promise<PackingProgress['current']> {
    if (!this.#current) return null
    const { digest, ...numbers } = this.#current
    return { ...numbers, digest: await digest.state() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#current?.digest[Symbol.asyncDispose]()
  }

  /** The next bytes of the archive, some `limit` of them: headers are never cut. */
  async *bytes(limit: number, read: PackingDesk['read']): AsyncGenerator<Uint8Array> {
    const end = this.offset + limit
    for (;;) {
      const file = this.#list.files[this.packed.length]
      if (!file || this.offset >= end) return
      if (this.#begun) {
        this.#current = { ...this.#begun, digest: this.#digestFrom(this.#begun.digest) }
        this.#begun = null
      }
      if (!this.#current) {
        this.#current = {
          offset: this.offset,
          done: 0,
          crc32: 0,
          digest: this.#digestFrom(null),
        }
        yield this.#counted(localHeader(file, this.#at))
      }
      yield* this.#content(file, this.#current, end, read)
      if (this.#current.done < file.size) return
      yield this.#counted(dataDescriptor(file, this.#current.crc32))
      this.packed.push(await settled(file, this.#current))
      this.#current = null
    }
  }

  async *#content(
    file: PackedFile,
    current: Current,
    end: number,
    read: PackingDesk['read'],
  ): AsyncGenerator<Uint8Array> {
    const upTo = Math.min(file.size, current.done + Math.max(0, end - this.offset))
    if (upTo === current.done) return
    for await (const piece of read(file, current.done, upTo)) {
      current.crc32 = crc32(piece, current.crc32)
      await current.digest.update(piece)
      current.done += piece.length
      yield this.#counted(piece)
    }
    if (current.done !== upTo) {
      throw new Error(`${file.name} broke off at byte ${current.done} of ${upTo}.`)
    }
  }

  #counted(bytes: Uint8Array): Uint8Array {
    this.offset += bytes.length
    return bytes
  }
}

async function settled({ name, size, sha256 }: PackedFile, current: Current): Promise<Packed> {
  await using digest = current.digest
  const measured = await digest.hex()
  if (sha256 !== null && measured !== sha256) {
    throw new BluelampError(
      'damaged-record',
      `${name} has another SHA-256 than when it was secured: no package is made of it.`,
    )
  }
  return { name, size, crc32: current.crc32, offset: current.offset, sha256: measured }
}
