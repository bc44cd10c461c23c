import { readBytes } from '../source.ts'
import type { OnePicture } from './picture-wanted.ts'

const CHUNK_HEADER_BYTES = 8
const LIST_HEADER_BYTES = 12
/** The description of the tracks lies within; places kept for their indexes make it that long. */
const MAX_HEADER_BYTES = 64 * 1024

/** All that comes before the first chunk, and the chunk that begins at `position`. */
export const aviOfOnePicture: OnePicture = async (source, { position, most }, signal) => {
  const head = await readBytes(source, 0, Math.min(MAX_HEADER_BYTES, source.size), signal)
  const header = headerOf(head)
  if (!header || position === null) return null
  const bodyAt = position + CHUNK_HEADER_BYTES
  if (bodyAt > source.size) return null
  const chunkHeader = await readBytes(source, position, bodyAt, signal)
  const size = chunkHeader.readUInt32LE(4)
  if (CHUNK_HEADER_BYTES + size > most || bodyAt + size > source.size) return null
  const body = await readBytes(source, bodyAt, bodyAt + size, signal)
  const chunk = Buffer.concat([chunkHeader, body, Buffer.alloc(size & 1)])
  // RIFF and the list of chunks end with the picture: nothing is looked for behind it.
  header.writeUInt32LE(header.length + chunk.length - CHUNK_HEADER_BYTES, 4)
  header.writeUInt32LE(4 + chunk.length, header.length - LIST_HEADER_BYTES + 4)
  return Buffer.concat([header, chunk])
}

/** Up to and with the head of the list `movi`, in which the chunks are; null if it is not found. */
function headerOf(head: Buffer): Buffer | null {
  for (let at = LIST_HEADER_BYTES; at + LIST_HEADER_BYTES <= head.length; ) {
    const size = head.readUInt32LE(at + 4)
    const end = at + LIST_HEADER_BYTES
    if (head.toString('latin1', at + CHUNK_HEADER_BYTES, end) === 'movi')
      return Buffer.from(head.subarray(0, end))
    at += CHUNK_HEADER_BYTES + size + (size & 1)
  }
  return null
}
