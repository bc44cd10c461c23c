import { isDeepStrictEqual } from 'node:util'
import type { TableClient, TransactionAction } from '@azure/data-tables'
import { z } from 'zod'
import type { Officer } from '../../clearance/person.ts'
import {
  type CameraEntry,
  type CameraIssue,
  cameraIssueSchema,
  serialSchema,
} from '../../footage/camera-issues.ts'
import { documentTable, entityOf, type Stored } from './documents.ts'

const wornCameraSchema = cameraIssueSchema.extend({
  schemaVersion: z.literal(1),
  camera: serialSchema,
})
/** That an officer wore a camera, from when to when. */
export type WornCamera = z.infer<typeof wornCameraSchema>

/** The issues of all cameras by officer: rows that follow the entries of the cameras. */
export type WornCameras = {
  /** What an officer wore, newest first, from behind the row `after` on. */
  of(officer: Officer, after?: string): AsyncIterable<Stored<WornCamera>>
  /**
   * What brings the rows of a camera into line with its entry, for the transaction that writes it:
   * neither is ever there without the other. Rows that should be there are written again.
   */
  follow(
    camera: string,
    before: CameraEntry | null,
    after: CameraEntry,
  ): Promise<TransactionAction[]>
}

/** Sorts behind every key of an entry. */
const WORN = '~worn:'
/** The end of the year 9999. Times count down in row keys, so that the last issue is the first row. */
const LAST_MS = 253_402_300_799_999
/** A transaction has at most 100 actions, and the entry and its history are among them. */
const ROWS_AT_ONCE = 90

const keyOf = (camera: string, { officer, from }: CameraIssue): string =>
  `${WORN}${officer}:${String(LAST_MS - Date.parse(from)).padStart(15, '0')}:${camera}`

/** Kept in the partition of the register of cameras, behind its entries. */
export function createWornCameras(table: TableClient, partition: string): WornCameras {
  const rows = documentTable(table, wornCameraSchema)
  return {
    of: (officer, after) =>
      rows.list(partition, {
        ...(after === undefined ? { from: `${WORN}${officer}:` } : { after }),
        below: `${WORN}${officer};`,
      }),
    async follow(camera, before, { issues }) {
      const actions: TransactionAction[] = []
      const due = new Set(issues.map((issue) => keyOf(camera, issue)))
      for (const rowKey of before?.issues.map((issue) => keyOf(camera, issue)) ?? []) {
        if (due.has(rowKey) || !(await rows.get(partition, rowKey))) continue
        actions.push(['delete', { partitionKey: partition, rowKey }])
      }
      // What is new goes first, and then the latest: what there is no room for was written before.
      const isOld = (issue: CameraIssue) =>
        before?.issues.some((one) => isDeepStrictEqual(one, issue)) === true
      const wanted = [
        ...issues.filter((issue) => !isOld(issue)),
        ...issues.filter(isOld).toReversed(),
      ]
      for (const issue of wanted.slice(0, ROWS_AT_ONCE - actions.length)) {
        const worn: WornCamera = { schemaVersion: 1, camera, ...issue }
        actions.push(['upsert', entityOf(partition, keyOf(camera, issue), worn), 'Replace'])
      }
      return actions
    },
  }
}
