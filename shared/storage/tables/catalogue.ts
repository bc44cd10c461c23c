import type { TableClient } from '@azure/data-tables'
import { BluelampError } from '../../errors.ts'
import { type Footage, footageSchema, isSameEdition } from '../../footage/footage.ts'
import { isGuardedAnew, tightens } from '../../footage/guarding.ts'
import type { FootageId } from '../../footage/ids.ts'
import { looksAlike } from '../../footage/index-keys.ts'
import { afterConflict } from '../contention.ts'
import { documentTable } from './documents.ts'
import type { FootageIndex } from './footage-index.ts'
import { createGuardChanges, type GuardChange } from './guard-changes.ts'

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
  /**
   * Brings the index into line with a recording, where a writer died between truth and index.
   * Whoever is about to change it has to look again.
   */
  reindex(id: FootageId): Promise<void>
  /**
   * Changes of who may list a recording or where it is found that have not come to their end, with
   * the moment at which they were begun.
   */
  unfinished(): AsyncIterable<{ id: FootageId; at: string }>
}

/** The catalogue kept in one table. */
export function createCatalogue(
  table: TableClient,
  index: FootageIndex,
  now: () => Date,
): Catalogue {
  const rows = documentTable(table, footageSchema)
  const changes = createGuardChanges(table, now)

  const load = async (id: FootageId) => {
    const stored = await rows.get(id, ROW)
    if (stored) return stored
    throw new BluelampError('not-found', `There is no footage ${id}.`)
  }

  /**
   * Writes the index after the truth. If the truth moved on meanwhile, the writer that moved it may
   * have written or removed a row before this one wrote it: it is brought into line again.
   */
  const follow = async (before: Footage | null, written: Footage): Promise<void> => {
    await index.write(written)
    if (before) await index.removeStale(before, written)
    const latest = (await load(written.id)).value
    if (latest.revision === written.revision) return
    await index.write(latest)
    await index.removeStale(written, latest)
  }

  /**
   * Makes sure that nobody is shown the recording who may not list it both before and after the
   * change, wherever this writer may die. Rows that others left on their way are removed first.
   */
  const begin = async (before: Footage, after: Footage): Promise<GuardChange> => {
    const begun = await changes.note(before, after)
    const others = await changes.of(before.id)
    await index.removeLostPaths(others.flatMap(pathsOf), before)
    if (tightens(before, after)) await index.foretell(before, after)
    return begun
  }

  /** Removes what was said of changes, of which the last came or none did. */
  const finish = async (begun: readonly GuardChange[], truth: Footage): Promise<void> => {
    await index.removeLostPaths(begun.flatMap(pathsOf), truth)
    await Promise.all(begun.map(changes.strike))
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
      const begun: GuardChange[] = []
      /** The index was told of a change that is not to be: another writer came in between. */
      const takeBack = async (truth: Footage): Promise<void> => {
        if (begun.length === 0) return
        await index.write(truth)
        await finish(begun, truth)
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
        if (isGuardedAnew(before, after)) begun.push(await begin(before, after))
        if (!(await rows.replace(id, ROW, after, etag))) {
          await afterConflict(attempt)
          continue
        }
        if (begun.length > 0 || !looksAlike(before, after)) await follow(before, after)
        await finish(begun, after)
        return after
      }
    },
    async reindex(id) {
      const left = await changes.of(id)
      for (let attempt = 0; ; attempt += 1) {
        const { value, etag } = await load(id)
        // A later revision than all that was foretold, which replaces that.
        const settled = { ...value, revision: value.revision + 1 }
        if (await rows.replace(id, ROW, settled, etag)) {
          await follow(null, settled)
          await index.removeForeignStates(settled)
          return finish(left, settled)
        }
        await afterConflict(attempt)
      }
    },
    async *unfinished() {
      for await (const { change } of changes.all()) yield { id: change.before.id, at: change.at }
    },
  }
}

const pathsOf = ({ change }: GuardChange) => [change.before, change.after]
