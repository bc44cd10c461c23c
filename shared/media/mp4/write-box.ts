/** Size and type (ISO/IEC 14496-12 §4.2). */
export const BOX_HEADER_BYTES = 8

/** A box (ISO/IEC 14496-12 §4.2) of that type and content. */
export function box(type: string, ...content: Buffer[]): Buffer {
  const head = Buffer.alloc(BOX_HEADER_BYTES)
  head.writeUInt32BE(content.reduce((sum, { length }) => sum + length, BOX_HEADER_BYTES))
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, ...content])
}

/** The same of numbers of 32 bits, after version 0 and no flags. */
export function fullBox(type: string, ...fields: number[]): Buffer {
  const body = Buffer.alloc(4 + 4 * fields.length)
  fields.forEach((field, n) => void body.writeUInt32BE(field, 4 + 4 * n))
  return box(type, body)
}
