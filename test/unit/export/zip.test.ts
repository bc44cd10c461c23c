import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  centralDirectory,
  dataDescriptor,
  framedBytes,
  localHeader,
  type WrittenZipFile,
} from '../../../shared/export/zip.ts'
import { listZip, readZip, type SparseArchive } from './read-zip.ts'

const AT = new Date('2026-11-23T14:30:58.000Z')
const GIB = 1024 ** 3

/** An archive of files that hold something. */
function archiveOf(contents: ReadonlyMap<string, Buffer>): Buffer {
  const files: WrittenZipFile[] = []
  const pieces: Buffer[] = []
  let offset = 0
  for (const [name, bytes] of contents) {
    const file = { name, size: bytes.length, crc32: crc32(bytes), offset }
    pieces.push(localHeader(file, AT), bytes, dataDescriptor(file, file.crc32))
    offset += framedBytes(file, AT)
    files.push(file)
  }
  return Buffer.concat([...pieces, centralDirectory(files, AT, offset)])
}

/** An archive of files of these sizes, of whose bytes nothing is there. */
function hollowArchive(sizes: readonly number[]): SparseArchive {
  const pieces = new Map<number, Buffer>()
  const files: WrittenZipFile[] = []
  let offset = 0
  for (const [index, size] of sizes.entries()) {
    const file = { name: `${index}.mp4`, size, crc32: 0, offset }
    const [header, descriptor] = [localHeader(file, AT), dataDescriptor(file, 0)]
    pieces.set(offset, header)
    pieces.set(offset + header.length + size, descriptor)
    offset += framedBytes(file, AT)
    files.push(file)
  }
  const directory = centralDirectory(files, AT, offset)
  pieces.set(offset, directory)
  return { size: offset + directory.length, pieces }
}

describe('an archive', () => {
  it('is read by others as it was written, names in UTF-8 and empty files included', async () => {
    const contents = new Map([
      ['original/Überwachung – 1.mp4', Buffer.from('abc')],
      ['empty', Buffer.alloc(0)],
      ['audit/proof/01-left.bin', Buffer.from([0, 255])],
    ])
    expect(await readZip(archiveOf(contents))).toEqual(contents)
  })

  it('of any files is read as it was written', async () => {
    const files = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,8}$/),
      fc.uint8Array({ maxLength: 300 }),
      {
        maxKeys: 8,
      },
    )
    await fc.assert(
      fc.asyncProperty(files, async (dictionary) => {
        const entries = Object.entries(dictionary)
        const contents = new Map(entries.map(([name, bytes]) => [name, Buffer.from(bytes)]))
        expect(await readZip(archiveOf(contents))).toEqual(contents)
      }),
      { numRuns: 30 },
    )
  })

  it('is the same whenever it is made: nothing but what it is given goes into it', () => {
    const contents = new Map([['a', Buffer.from('abc')]])
    expect(archiveOf(contents).equals(archiveOf(contents))).toBe(true)
  })

  // 4 GiB less one byte is the first size that the 32-bit field cannot hold: there it is a mark.
  it.each([
    ['just below the limit', [4 * GIB - 2]],
    ['at the mark', [4 * GIB - 1]],
    ['at the limit', [4 * GIB]],
    ['a whole shift', [32 * GIB]],
    ['with small ones behind it', [32 * GIB, 3, 5 * GIB, 1]],
    ['of many that only together are large', [3 * GIB, 3 * GIB, 10, 3 * GIB]],
  ])('of large files is listed with true sizes and places: %s', async (_, sizes) => {
    const listed = await listZip(hollowArchive(sizes))
    let end = 0
    for (const [index, size] of sizes.entries()) {
      const file = { name: `${index}.mp4`, size }
      const data = end + localHeader(file, AT).length
      expect(listed[index]).toEqual({ name: file.name, size, at: AT, offset: data })
      end += framedBytes(file, AT)
    }
  })

  it('says what it needs a reader to understand', () => {
    const plain = localHeader({ name: 'a', size: 4 * GIB - 2 }, AT)
    const zip64 = localHeader({ name: 'a', size: 4 * GIB }, AT)
    expect([plain.readUInt16LE(4), zip64.readUInt16LE(4)]).toEqual([20, 45])
    // Bit 3: a descriptor follows; bit 11: UTF-8 (APPNOTE 4.4.4). Method 0: stored (4.4.5).
    expect([plain.readUInt16LE(6), plain.readUInt16LE(8)]).toEqual([0b1000_0000_1000, 0])
    expect(dataDescriptor({ name: 'a', size: 4 * GIB }, 7).length).toBe(24)
    expect(dataDescriptor({ name: 'a', size: 1 }, 7).length).toBe(16)
  })
})
