/** One block of a block blob: which bytes of the file it holds, in bytes, and its base64 id. */
export type Block = { id: string; offset: number; length: number }

const ID_HASH_LENGTH = 16
/** Twelve decimal digits count to 1 TB; an id may be 64 bytes, and all ids must be equally long. */
const OFFSET_DIGITS = 12
const LENGTH_DIGITS = 10

/**
 * Cuts a file into blocks. Ids follow from content, offset and length alone, so a later run knows
 * which of the blocks in storage are its own: blocks of another content or another block size are
 * never taken for them.
 * @see https://learn.microsoft.com/rest/api/storageservices/put-block
 */
export function planBlocks(size: number, blockSize: number, sha256: string | null): Block[] {
  const content = (sha256 ?? '').slice(0, ID_HASH_LENGTH).padEnd(ID_HASH_LENGTH, '-')
  return Array.from({ length: Math.ceil(size / blockSize) }, (_, index) => {
    const offset = index * blockSize
    const length = Math.min(blockSize, size - offset)
    const name = `${content}.${digits(offset, OFFSET_DIGITS)}.${digits(length, LENGTH_DIGITS)}`
    return { id: Buffer.from(name).toString('base64'), offset, length }
  })
}

/** The body of Put Block List: the blocks in the order in which they make up the blob. */
export function blockListXml(blocks: readonly Block[]): string {
  const entries = blocks.map(({ id }) => `<Latest>${id}</Latest>`)
  return `<?xml version="1.0" encoding="utf-8"?><BlockList>${entries.join('')}</BlockList>`
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
