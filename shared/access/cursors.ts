import { BluelampError } from '../errors.ts'
import { createSealing } from './sealing.ts'

/**
 * Cursors of result lists: where the last page ended, sealed and bound to the caller and the query.
 * A page may end at a recording that the caller may not see; its id must not stand in the cursor for
 * all to read.
 */
export type Cursors = {
  seal(position: string, binding: CursorBinding): string
  /** @throws BluelampError `invalid-request` for a cursor that is not of this caller and query */
  open(cursor: string, binding: CursorBinding): string
}

/** Whom and what a cursor is good for. */
export type CursorBinding = { oid: string; query: string }

export function createCursors(key: Uint8Array): Cursors {
  const sealing = createSealing(key, 'cursor')
  return {
    seal: (position, { oid, query }) => sealing.seal(position, [oid, query]),
    open(cursor, { oid, query }) {
      const position = sealing.open(cursor, [oid, query])
      if (position !== null) return position
      throw new BluelampError('invalid-request', 'The cursor is not one of this list.', {
        errors: [{ field: 'cursor', message: 'repeat the query without it' }],
      })
    },
  }
}
