import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { BluelampError } from '../errors.ts'

/**
 * Cursors of result lists: where the last page ended, signed and bound to the caller and the query,
 * so that nobody can make one up or carry one over.
 */
export type Cursors = {
  seal(position: string, binding: CursorBinding): string
  /** @throws BluelampError `invalid-request` for a cursor that is not of this caller and query */
  open(cursor: string, binding: CursorBinding): string
}

/** Whom and what a cursor is good for. */
export type CursorBinding = { oid: string; query: string }

export function createCursors(key: Uint8Array): Cursors {
  const cursorKey = createHash('sha256').update('cursor').update(key).digest()
  const sign = (position: string, { oid, query }: CursorBinding): Buffer =>
    createHmac('sha256', cursorKey)
      .update(JSON.stringify([position, oid, query]))
      .digest()
  return {
    seal: (position, binding) =>
      `${Buffer.from(position).toString('base64url')}.${sign(position, binding).toString('base64url')}`,
    open(cursor, binding) {
      const [position = '', signature = ''] = cursor.split('.')
      const text = Buffer.from(position, 'base64url').toString()
      const given = Buffer.from(signature, 'base64url')
      const expected = sign(text, binding)
      if (given.length === expected.length && timingSafeEqual(given, expected)) return text
      throw new BluelampError('invalid-request', 'The cursor is not one of this list.', {
        errors: [{ field: 'cursor', message: 'repeat the query without it' }],
      })
    },
  }
}
