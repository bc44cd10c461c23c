import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import yauzl from 'yauzl'

/** A file of an archive as an independent reader sees it. */
export type ReadZipFile = { name: string; size: number; at: Date; offset: number }

/** Bytes at places of an archive; between them it is zeros. */
export type SparseArchive = { size: number; pieces: ReadonlyMap<number, Buffer> }

/** The files of an archive and, if it is small, what they hold. */
export async function readZip(archive: Buffer): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>()
  const zip = await yauzl.fromBufferPromise(archive, { strictFileNames: true })
  for await (const entry of zip.eachEntry()) {
    contents.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)))
  }
  return contents
}

/** The directory of an archive that is too large to be held. */
export async function listZip({ size, pieces }: SparseArchive): Promise<ReadZipFile[]> {
  const files: ReadZipFile[] = []
  const zip = await yauzl.fromRandomAccessReaderPromise(new SparseReader(pieces), size, {
    autoClose: false,
  })
  for await (const entry of zip.eachEntry()) {
    // Where its bytes begin is told by its local header, which is read for it.
    const local = await zip.readLocalFileHeaderPromise(entry)
    files.push({
      name: entry.fileName,
      size: entry.uncompressedSize,
      at: entry.getLastModDate({ timezone: 'UTC' }),
      offset: local.fileDataStart,
    })
  }
  return files
}

class SparseReader extends yauzl.RandomAccessReader {
  readonly #pieces: ReadonlyMap<number, Buffer>

  constructor(pieces: ReadonlyMap<number, Buffer>) {
    super()
    this.#pieces = pieces
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const bytes = Buffer.alloc(end - start)
    for (const [at, piece] of this.#pieces) {
      if (at >= end || at + piece.length <= start) continue
      const from = Math.max(start - at, 0)
      piece.copy(bytes, Math.max(at - start, 0), from)
    }
    return Readable.from([bytes])
  }
}
