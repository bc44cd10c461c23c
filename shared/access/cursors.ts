import { z } from 'zod'
import { BluelampError } from '../errors.ts'
import { createSealing } from './sealing.ts'

/** A shift: nobody turns a page after that, and a cursor in an old log opens nothing. */
export const CURSOR_LIFE_MS = 12 * 3_600_000

/** Positions are filled up to this, so that the length of a cursor tells nothing of where it stands. */
const LENGTH = 256

/**
 * Cursors of result lists: where the last page ended, sealed and bound to the list, the caller and
 * the query. Nothing can be read in one, nor told from its length.
 */
export type Cursors = {
  seal(position: string, binding: CursorBinding): string
  /** @throws BluelampError `invalid-request` for a cursor of anything else, or of long ago */
  open(cursor: string, binding: CursorBinding): string
}

/** Whom and what a cursor is good for. */
export type CursorBinding = { list: string; oid: string; query: string }

/** When it was sealed, in ms, and the position. */
const sealedSchema = z.tuple([z.number(), z.string()])

/** @param key the app’s own: a cursor of another app opens nothing here */
export function createCursors(key: Uint8Array, now: () => Date): Cursors {
  const sealing = createSealing(key, 'cursor')
  const time = () => now().getTime()
  return {
    seal: (position, { list, oid, query }) =>
      sealing.seal(JSON.stringify([time(), position]).padEnd(LENGTH), [list, oid, query]),
    open(cursor, { list, oid, query }) {
      const opened = sealing.open(cursor, [list, oid, query])
      if (opened !== null) {
        const [sealedAt, position] = sealedSchema.parse(JSON.parse(opened))
        if (time() - sealedAt < CURSOR_LIFE_MS) return position
      }
      throw new BluelampError('invalid-request', 'The cursor is not one of this list.', {
        errors: [{ field: 'cursor', message: 'repeat the query without it' }],
      })
    },
  }
}
