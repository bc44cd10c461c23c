import { createHmac } from 'node:crypto'
import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import { oidSchema } from '../../clearance/person.ts'
import { BluelampError } from '../../errors.ts'
import { type FootageId, footageIdSchema } from '../../footage/ids.ts'
import { canonicalBytes } from '../../records/canonical.ts'
import { type Viewing, viewingSchema } from '../../records/viewing.ts'
import { afterConflict } from '../contention.ts'
import { documentTable, type Stored, under } from './documents.ts'
import { SHARDS, shardOf } from './shards.ts'

/** Points to a viewing by its viewer, for those who end all of a person's and for the timer. */
const pointerSchema = z.object({
  schemaVersion: z.literal(1),
  oid: oidSchema,
  viewing: z.uuid(),
  footageId: footageIdSchema,
  openedAt: z.iso.datetime(),
  closed: z.boolean().describe('its end is in the trail'),
})
export type ViewingPointer = z.infer<typeof pointerSchema>

/**
 * The viewings of the last shift. What they released stands here for some minutes before it stands in
 * the audit trail; until then a seal, made with the app's own key, shows whether a row was altered.
 */
export type Viewings = {
  add(viewing: Viewing): Promise<void>
  /** @throws BluelampError `damaged-record` for a row that was not written here, or for another key */
  find(id: FootageId, viewing: string): Promise<Viewing | null>
  /**
   * Changes a viewing: `step` sees it as it stands, and returns it as it came for no change. It is
   * called again if another writer came in between, so it must be pure. Null: there is none.
   */
  change(
    id: FootageId,
    viewing: string,
    step: (viewing: Viewing) => Viewing,
  ): Promise<Viewing | null>
  /** Those of a recording; of one that was not written here, what its row key says. */
  ofFootage(id: FootageId): AsyncIterable<Viewing | AlteredViewing>
  ofPerson(oid: string): AsyncIterable<ViewingPointer>
  all(): AsyncIterable<ViewingPointer>
  /** Notes that the end of a viewing is in the trail. */
  noteClosed(pointer: Omit<ViewingPointer, 'closed' | 'schemaVersion'>): Promise<void>
  /** Removes a viewing with all that points to it. */
  forget(pointer: Pick<ViewingPointer, 'oid' | 'footageId' | 'viewing'>): Promise<void>
}

/** A viewing whose row was not written here: nothing but where it stands can be believed. */
export type AlteredViewing = Pick<Viewing, 'footageId' | 'viewing'> & { altered: true }

const partition = (shard: string): string => `viewers:${shard}`
const partitionOf = (oid: string): string => partition(shardOf(oid))
const pointerKey = (oid: string, viewing: string): string => `${oid}:${viewing}`

/** In one table: viewings in the partition of their recording, pointers in those of their viewers. */
export function createViewings(table: TableClient, key: Uint8Array): Viewings {
  const sealOf = (viewing: unknown): string =>
    createHmac('sha256', key).update('viewing').update(canonicalBytes(viewing)).digest('hex')
  const sealedSchema = z.object({ viewing: viewingSchema, seal: z.string() })
  const rows = documentTable(table, sealedSchema)
  // One row that is damaged must not hide the others.
  const asStored = documentTable(table, sealedSchema.nullable().catch(null))
  const pointers = documentTable(table, pointerSchema)

  const isIntact = ({ viewing, seal }: Sealed, rowKey: string): boolean =>
    seal === sealOf(viewing) && viewing.viewing === rowKey
  const unsealed = ({ value, rowKey }: Stored<Sealed>): Viewing => {
    if (isIntact(value, rowKey)) return value.viewing
    throw new BluelampError('damaged-record', `Viewing ${rowKey} was not written by this app.`)
  }

  return {
    async add(viewing) {
      const { oid, footageId, openedAt } = viewing
      // First, so that no viewing is there of which the timer does not know.
      await pointers.insert(partitionOf(oid), pointerKey(oid, viewing.viewing), {
        schemaVersion: 1,
        oid,
        viewing: viewing.viewing,
        footageId,
        openedAt,
        closed: false,
      })
      await rows.insert(footageId, viewing.viewing, { viewing, seal: sealOf(viewing) })
    },
    async find(id, viewing) {
      const stored = await rows.get(id, viewing)
      return stored && unsealed(stored)
    },
    async change(id, viewing, step) {
      for (let attempt = 0; ; attempt += 1) {
        const stored = await rows.get(id, viewing)
        if (!stored) return null
        const before = unsealed(stored)
        const after = step(before)
        if (after === before) return before
        const sealed = { viewing: after, seal: sealOf(after) }
        if (await rows.replace(id, viewing, sealed, stored.etag)) return after
        await afterConflict(attempt)
      }
    },
    async *ofFootage(id) {
      for await (const { value, rowKey } of asStored.list(id)) {
        yield value && isIntact(value, rowKey)
          ? value.viewing
          : { footageId: id, viewing: rowKey, altered: true }
      }
    },
    async *ofPerson(oid) {
      for await (const { value } of pointers.list(partitionOf(oid), under(oid))) yield value
    },
    async *all() {
      for (const shard of SHARDS) {
        for await (const { value } of pointers.list(partition(shard))) yield value
      }
    },
    async noteClosed({ oid, viewing, footageId, openedAt }) {
      const closed = { schemaVersion: 1, oid, viewing, footageId, openedAt, closed: true } as const
      await pointers.put(partitionOf(oid), pointerKey(oid, viewing), closed)
    },
    async forget({ oid, footageId, viewing }) {
      const stored = await rows.get(footageId, viewing)
      if (stored) await rows.remove(footageId, viewing, stored.etag)
      const pointer = await pointers.get(partitionOf(oid), pointerKey(oid, viewing))
      if (pointer) await pointers.remove(partitionOf(oid), pointerKey(oid, viewing), pointer.etag)
    },
  }
}

type Sealed = { viewing: Viewing; seal: string }
