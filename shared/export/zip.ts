/**
 * A Zip64 archive of stored files, written front to back by whoever comes next: nothing but numbers
 * has to be handed on between writers. Clauses are those of PKWARE's APPNOTE.TXT 6.3.10.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */

/** A file of the archive. Its size is known beforehand, its CRC-32 when it has been read. */
export type ZipFile = { name: string; size: number }

/** A file that is written: what the central directory says of it. */
export type WrittenZipFile = ZipFile & { crc32: number; offset: number }

/** The largest number of the 32-bit fields; it says that the true one is in the Zip64 field (4.4.8). */
const ZIP64_MARK = 0xffffffff
/** As ZIP64_MARK, of the 16-bit count of files (4.4.21, 4.4.22). */
const ZIP64_COUNT_MARK = 0xffff
/** The version that is needed to read it (4.4.3.2): 2.0, or 4.5 for Zip64. */
const VERSION = { plain: 20, zip64: 45 } as const
/** Made on Unix (4.4.2.2), by the version that we follow. */
const MADE_BY = (3 << 8) | VERSION.zip64
/** General purpose bits (4.4.4): a data descriptor follows the file, and its name is in UTF-8. */
const FLAGS = (1 << 3) | (1 << 11)
/** A regular file that everyone may read, as Unix keeps it in the upper half (4.4.15). */
const READABLE_FILE = 0o100644 * 0x10000
const ZIP64_EXTRA = 0x0001

/** What stands before the bytes of a file (4.3.7). Digest and sizes follow it (4.4.4, bit 3). */
export function localHeader({ name, size }: ZipFile, at: Date): Buffer {
  const zip64 = size >= ZIP64_MARK
  const extra = zip64 ? zip64Extra([0, 0]) : Buffer.alloc(0)
  const unknownSize = zip64 ? ZIP64_MARK : 0
  const encoded = Buffer.from(name)
  return Buffer.concat([
    fields()
      .u32(0x04034b50)
      .u16(zip64 ? VERSION.zip64 : VERSION.plain)
      .u16(FLAGS)
      .u16(0)
      .u32(dosTime(at))
      .u32(0)
      .u32(unknownSize)
      .u32(unknownSize)
      .u16(encoded.length)
      .u16(extra.length)
      .bytes(),
    encoded,
    extra,
  ])
}

/** What stands behind the bytes of a file (4.3.9); its sizes have 8 bytes if it is Zip64. */
export function dataDescriptor({ size }: ZipFile, crc32: number): Buffer {
  const descriptor = fields().u32(0x08074b50).u32(crc32)
  return size >= ZIP64_MARK
    ? descriptor.u64(size).u64(size).bytes()
    : descriptor.u32(size).u32(size).bytes()
}

/** How many bytes of the archive a file takes, without its entry in the directory. */
export const framedBytes = (file: ZipFile, at: Date): number =>
  localHeader(file, at).length + file.size + dataDescriptor(file, 0).length

/** The end of an archive whose files end at `offset`: the directory (4.3.12) and its own ends. */
export function centralDirectory(
  files: readonly WrittenZipFile[],
  at: Date,
  offset: number,
): Buffer {
  const entries = files.map((file) => directoryEntry(file, at))
  const size = entries.reduce((sum, { length }) => sum + length, 0)
  const zip64 =
    offset >= ZIP64_MARK || size >= ZIP64_MARK || files.length >= ZIP64_COUNT_MARK
      ? [zip64End(files.length, size, offset)]
      : []
  return Buffer.concat([...entries, ...zip64, endOfDirectory(files.length, size, offset)])
}

function directoryEntry({ name, size, crc32, offset }: WrittenZipFile, at: Date): Buffer {
  const largeFile = size >= ZIP64_MARK
  const farAway = offset >= ZIP64_MARK
  const zip64 = largeFile || farAway
  // Only what did not fit into its own field is repeated here, in this order (4.5.3).
  const extra = zip64
    ? zip64Extra([...(largeFile ? [size, size] : []), ...(farAway ? [offset] : [])])
    : Buffer.alloc(0)
  const encoded = Buffer.from(name)
  const shownSize = largeFile ? ZIP64_MARK : size
  return Buffer.concat([
    fields()
      .u32(0x02014b50)
      .u16(MADE_BY)
      .u16(zip64 ? VERSION.zip64 : VERSION.plain)
      .u16(FLAGS)
      .u16(0)
      .u32(dosTime(at))
      .u32(crc32)
      .u32(shownSize)
      .u32(shownSize)
      .u16(encoded.length)
      .u16(extra.length)
      // No comment; on disk 0; no internal attributes.
      .u16(0)
      .u16(0)
      .u16(0)
      .u32(READABLE_FILE)
      .u32(farAway ? ZIP64_MARK : offset)
      .bytes(),
    encoded,
    extra,
  ])
}

/** The Zip64 end of the directory (4.3.14), and where that is (4.3.15). */
const zip64End = (count: number, size: number, offset: number): Buffer =>
  fields()
    .u32(0x06064b50)
    .u64(ZIP64_END_BYTES - 12)
    .u16(MADE_BY)
    .u16(VERSION.zip64)
    .u32(0)
    .u32(0)
    .u64(count)
    .u64(count)
    .u64(size)
    .u64(offset)
    .u32(0x07064b50)
    .u32(0)
    .u64(offset + size)
    .u32(1)
    .bytes()

/** Of the record itself; the size that it gives leaves out its first 12 bytes (4.3.14.1). */
const ZIP64_END_BYTES = 56

/** The end of the archive (4.3.16). */
function endOfDirectory(count: number, size: number, offset: number): Buffer {
  const shownCount = Math.min(count, ZIP64_COUNT_MARK)
  return fields()
    .u32(0x06054b50)
    .u16(0)
    .u16(0)
    .u16(shownCount)
    .u16(shownCount)
    .u32(Math.min(size, ZIP64_MARK))
    .u32(Math.min(offset, ZIP64_MARK))
    .u16(0)
    .bytes()
}

function zip64Extra(numbers: number[]): Buffer {
  const extra = fields()
    .u16(ZIP64_EXTRA)
    .u16(numbers.length * 8)
  for (const number of numbers) extra.u64(number)
  return extra.bytes()
}

/** Date and time as MS-DOS keeps them (4.4.6), in UTC: two seconds are its smallest step. */
function dosTime(at: Date): number {
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()
  return date * 0x10000 + time
}

/** Little-endian numbers one after the other (4.4.1.1). */
function fields() {
  const parts: Buffer[] = []
  const put = (length: number, write: (bytes: Buffer) => void) => {
    const bytes = Buffer.alloc(length)
    write(bytes)
    parts.push(bytes)
    return writer
  }
  const writer = {
    u16: (value: number) => put(2, (bytes) => bytes.writeUInt16LE(value)),
    u32: (value: number) => put(4, (bytes) => bytes.writeUInt32LE(value)),
    u64: (value: number) => put(8, (bytes) => bytes.writeBigUInt64LE(BigInt(value))),
    bytes: () => Buffer.concat(parts),
  }
  return writer
}
