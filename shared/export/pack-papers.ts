import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Packed, PackingList } from '../records/packing-list.ts'
import type { PackedFootage } from './pack-footage.ts'
import { centralDirectory, dataDescriptor, localHeader, type WrittenZipFile } from './zip.ts'

/** A small file of a package. */
export type Paper = { name: string; bytes: Buffer }

/** The list of digests that `sha256sum --check` reads, of everything else in a package. */
export function manifestOf(footage: readonly Packed[], papers: readonly Paper[]): Paper {
  const lines = [
    ...footage.map(({ name, sha256 }) => `${sha256}  ${name}\n`),
    ...papers.map(
      ({ name, bytes }) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`,
    ),
  ]
  return { name: 'SHA256SUMS', bytes: Buffer.from(lines.join('')) }
}

/**
 * The rest of an archive behind its footage: the papers, a manifest of everything, and the directory.
 * @returns its bytes, and the digest of the whole archive, to be asked when they are all taken
 */
export function packPapers(
  { at: time }: PackingList,
  footage: PackedFootage,
  papers: readonly Paper[],
): { bytes: AsyncIterable<Uint8Array>; sha256: () => Promise<string> } {
  const at = new Date(time)
  const files: WrittenZipFile[] = [...footage.packed]
  let { offset } = footage
  const counted = async (bytes: Buffer): Promise<Buffer> => {
    offset += bytes.length
    await footage.digest.update(bytes)
    return bytes
  }
  const bytes = async function* () {
    for (const { name, bytes: content } of [...papers, manifestOf(footage.packed, papers)]) {
      const file = { name, size: content.length, crc32: crc32(content), offset }
      yield await counted(localHeader(file, at))
      yield await counted(content)
      yield await counted(dataDescriptor(file, file.crc32))
      files.push(file)
    }
    yield await counted(centralDirectory(files, at, offset))
  }
  return { bytes: bytes(), sha256: () => footage.digest.hex() }
}
