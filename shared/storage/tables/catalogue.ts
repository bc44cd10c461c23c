import { isDeepStrictEqual } from 'node:util'
import type { TableClient } from '@azure/data-tables'
import { isHigher } from '../../clearance/marking.ts'
import { BluelampError } from '../../errors.ts'
import { type Footage, footageSchema, isSameEdition } from '../../footage/footage.ts'
import type { FootageId } from '../../footage/ids.ts'
import { looksAlike } from '../../footage/index-keys.ts'
import { afterConflict } from '../contention.ts'
import { documentTable } from './documents.ts'
import type { FootageIndex } from './footage-index.ts'

const ROW = 'footage'

/** What of a recording is about to change. What is over or erased is taken away by `undefined`. */
export type FootageChange = Partial<
  Omit<Footage, 'id' | 'revision' | 'edition' | 'schemaVersion' | 'changedAt' | Trouble>
> & { [Field in Trouble]?: Footage[Field] | undefined }

type Trouble = 'failure' | 'unplayable'

/** The truth about every recording, one row each, and the index that follows it. */
export type Catalogue = {
  find(id: FootageId): Promise<Footage | null>
  /** As find. @throws BluelampError `not-found` */
  get(id: FootageId): Promise<Footage>
  /** Adds a recording; false if its id is taken. */
  add(footage: Footage): Promise<boolean>
  /**
   * Changes a recording: `step` sees the truth as it stands and says what changes, or null for
   * nothing. It is called again if another writer came in between, so it must be pure.
   * @returns the truth after the change
   * @throws BluelampError `not-found`, and what `step` throws
   */
  change(id: FootageId, step: (footage: Footage) => FootageChange | null): Promise<Footage>
  /** Writes the index rows of a recording again, where a writer died between truth and index. */
  reindex(id: FootageId): Promise<void>
}

/** The catalogue kept in one table. */
export function createCatalogue(
  table: TableClient,
  index: FootageIndex,
  now: () => Date,
): Catalogue {
  const rows = documentTable(table, footageSchema)

  const load = async (id: FootageId) => {
    const stored = await rows.get(id, ROW)
    if (stored) return stored
    throw new BluelampError('not-found', `There is no footage ${id}.`)
  }

  /**
   * Writes the index after the truth. If the truth moved on meanwhile, the writer that moved it may
   * have removed a row before this one wrote it: it is removed again. What is new, they write.
   */
  const follow = async (before: Footage | null, written: Footage): Promise<void> => {
    await index.write(written)
    if (before) await index.removeStale(before, written)
    const latest = (await load(written.id)).value
    if (latest.revision !== written.revision) await index.removeStale(written, latest)
  }

  return {
    async find(id) {
      return (await rows.get(id, ROW))?.value ?? null
    },
    async get(id) {
      return (await load(id)).value
    },
    async add(footage) {
      if (!(await rows.insert(footage.id, ROW, footage))) return false
      await follow(null, footage)
      return true
    },
    async change(id, step) {
      let foretold: Footage | null = null
      /** The index was told of a change that is not to be: another writer came in between. */
      const takeBack = async (truth: Footage): Promise<void> => {
        if (!foretold) return
        await index.write(truth)
        await index.removeStale(foretold, truth)
      }
      for (let attempt = 0; ; attempt += 1) {
        const { value: before, etag } = await load(id)
        let change: FootageChange | null
        try {
          change = step(before)
        } catch (error) {
          await takeBack(before)
          throw error
        }
        if (!change) {
          await takeBack(before)
          return before
        }
        const changed: Footage = { ...before, ...change }
        const after: Footage = {
          ...changed,
          revision: before.revision + 1,
          edition: before.edition + (isSameEdition(before, changed) ? 0 : 1),
          changedAt: now().toISOString(),
        }
        if (tightens(before, after)) {
          await index.write(after)
          foretold = after
        }
        if (!(await rows.replace(id, ROW, after, etag))) {
          await afterConflict(attempt)
          continue
        }
        if (!looksAlike(before, after)) await follow(before, after)
        return after
      }
    },
    async reindex(id) {
      const { value } = await load(id)
      await index.write(value)
      await index.removeForeignStates(value)
    },
  }
}

/** A change that closes footage to someone reaches the index before the truth, not after it. */
const tightens = (before: Footage, after: Footage): boolean =>
  isHigher(after.marking, before.marking) ||
  after.restrictions.some((restriction) => !before.restrictions.includes(restriction)) ||
  lost(before.grants, after.grants) ||
  lost(before.references, after.references)

const lost = (before: readonly unknown[], after: readonly unknown[]): boolean =>
  before.some((one) => !after.some((kept) => isDeepStrictEqual(kept, one)))
