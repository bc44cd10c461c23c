import { randomInt, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { officerSchema, oidSchema } from '../../../../shared/clearance/person.ts'
import type { CameraIssue } from '../../../../shared/footage/camera-issues.ts'
import { createCameraRegister } from '../../../../shared/storage/tables/cameras.ts'
import { startStorage, type TestStorage } from '../../storage-fixture.ts'

let storage: TestStorage
beforeAll(async () => {
  storage = await startStorage()
})
afterAll(() => storage?.[Symbol.asyncDispose]())

const BY = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a06')
const AUTHOR = { by: BY, cause: 'issued' } as const
const AT = '2026-11-01T00:00:00.000Z'
const someone = () => officerSchema.parse(`P${randomInt(1e8, 1e9)}`)
/** So many days after the first of 2026, for a day. */
const issue = (officer: CameraIssue['officer'], day: number): CameraIssue => ({
  officer,
  from: new Date(Date.UTC(2026, 0, 1 + day)).toISOString(),
  to: new Date(Date.UTC(2026, 0, 2 + day)).toISOString(),
  by: BY,
  at: AT,
})

function register() {
  const table = storage.clients.table('people')
  const cameras = createCameraRegister(table, () => new Date(AT))
  const serial = `VB-${randomUUID()}`
  return {
    table,
    serial,
    put: async (issues: CameraIssue[]) => {
      const etag = (await cameras.find(serial))?.etag ?? null
      expect(await cameras.put(serial, { issues }, etag, AUTHOR)).toBe(true)
    },
    worn: async (officer: CameraIssue['officer']) =>
      (await Array.fromAsync(cameras.wornBy(officer))).map(({ value }) => value.from),
  }
}

it('follows every entry, the oldest of many issues too', async () => {
  const { put, worn } = register()
  const [often, once] = [someone(), someone()]
  const issues = Array.from({ length: 100 }, (_, day) => issue(often, day))
  await put(issues.slice(0, 80))
  await put(issues)
  const newestFirst = issues.map(({ from }) => from).toReversed()
  expect(await worn(often)).toEqual(newestFirst)
  const corrected = issues.with(0, issue(once, 0))
  await put(corrected)
  expect(await worn(once)).toEqual([issues[0]?.from])
  expect(await worn(often)).toEqual(newestFirst.slice(0, -1))
})

it('is mended by the next change of the camera', async () => {
  const { table, serial, put, worn } = register()
  const [officer, other] = [someone(), someone()]
  await put([issue(officer, 1), issue(other, 2)])
  const query = { queryOptions: { filter: `PartitionKey eq 'camera' and RowKey ge '~worn:'` } }
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities(query)) {
    if (rowKey.endsWith(serial)) await table.deleteEntity(partitionKey, rowKey)
  }
  expect(await worn(officer)).toEqual([])
  await put([issue(officer, 1)])
  expect(await worn(officer)).toHaveLength(1)
  expect(await worn(other)).toEqual([])
})
