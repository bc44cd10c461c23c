import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import { type FootageId, footageIdSchema } from '../../footage/ids.ts'
import {
  type EvidencePackage,
  evidencePackageSchema,
  type PackageId,
  packageIdSchema,
} from '../../records/evidence-package.ts'
import { afterConflict } from '../contention.ts'
import { documentTable, type RowRange, under, valuesOf } from './documents.ts'

/** Points from a work list to a package. */
const pointerSchema = z.object({
  schemaVersion: z.literal(1),
  footageId: footageIdSchema,
  package: packageIdSchema,
})

/** A package on a work list; `settle` takes it off. */
export type ListedPackage = {
  footageId: FootageId
  package: PackageId
  settle: () => Promise<void>
}

/** The records of evidence packages, beside the truth in their recording's partition. */
export type PackageRows = {
  /** Adds a package that was asked for, and puts it on the lists of what is to be made and to end. */
  add(row: EvidencePackage): Promise<void>
  find(id: FootageId, key: PackageId): Promise<EvidencePackage | null>
  /** All packages of a recording, oldest first. */
  list(id: FootageId): Promise<EvidencePackage[]>
  /**
   * Changes a package: `step` sees it as it stands and says what becomes of it, or null for
   * nothing. It is called again if another writer came in between, so it must be pure.
   * @returns the package after the change; null if nothing was changed
   */
  change(
    id: FootageId,
    key: PackageId,
    step: (row: EvidencePackage) => Partial<EvidencePackage> | null,
  ): Promise<EvidencePackage | null>
  /** Packages that are to be made, oldest first. */
  toMake(): AsyncIterable<ListedPackage>
  /** Takes a package off that list, whether it is on it or not. */
  settleMaking(key: PackageId): Promise<void>
  /** Packages whose time is over at that moment. */
  toEnd(at: Date): AsyncIterable<ListedPackage>
}

/** Partitions that no recording has. */
const MAKING = 'packages-to-make'
const ENDING = 'packages-to-end'
const PREFIX = 'package'

/** Packages in the partition of their recording; the lists of work in partitions of their own. */
export function createPackageRows(table: TableClient, now: () => Date): PackageRows {
  const rows = documentTable(table, evidencePackageSchema)
  const pointers = documentTable(table, pointerSchema)

  async function* listed(partition: string, range: RowRange): AsyncGenerator<ListedPackage> {
    for await (const { value, rowKey, etag } of pointers.list(partition, range)) {
      const { footageId, package: key } = value
      const settle = async () => void (await pointers.remove(partition, rowKey, etag))
      yield { footageId, package: key, settle }
    }
  }

  return {
    async add(row) {
      const { footageId, package: key } = row
      const pointer = { schemaVersion: 1, footageId, package: key } as const
      // The lists first: a package that is on none would never end.
      await pointers.put(ENDING, `${row.expiresAt}:${key}`, pointer)
      await pointers.put(MAKING, key, pointer)
      await rows.insert(footageId, keyOf(key), row)
    },
    async find(id, key) {
      return (await rows.get(id, keyOf(key)))?.value ?? null
    },
    list: (id) => valuesOf(rows.list(id, under(PREFIX))),
    async change(id, key, step) {
      for (let attempt = 0; ; attempt += 1) {
        const stored = await rows.get(id, keyOf(key))
        const change = stored && step(stored.value)
        if (!change) return null
        const changed = { ...stored.value, ...change, changedAt: now().toISOString() }
        if (await rows.replace(id, keyOf(key), changed, stored.etag)) return changed
        await afterConflict(attempt)
      }
    },
    toMake: () => listed(MAKING, {}),
    async settleMaking(key) {
      const pointer = await pointers.get(MAKING, key)
      if (pointer) await pointers.remove(MAKING, key, pointer.etag)
    },
    toEnd: (at) => listed(ENDING, { below: at.toISOString() }),
  }
}

const keyOf = (key: PackageId): string => `${PREFIX}:${key}`
