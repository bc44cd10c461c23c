import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { newFootageId } from '../../../../shared/footage/ids.ts'
import { createRenditionRows } from '../../../../shared/storage/tables/rendition-rows.ts'
import { startStorage, type TestStorage } from '../../storage-fixture.ts'

let storage: TestStorage
beforeAll(async () => {
  storage = await startStorage()
})
afterAll(() => storage?.[Symbol.asyncDispose]())

it('never takes progress back, whichever attempt notes it, and reads once an attempt', async () => {
  const table = storage.clients.table('footage')
  const reads = vi.spyOn(table, 'getEntity')
  const rows = createRenditionRows(table)
  const id = newFootageId()
  const shown = async () =>
    (await rows.listProgress(id)).map(({ rendition, fraction }) => [rendition, fraction])
  const both = (fraction: number) => [
    ['copy', fraction],
    ['proxy', fraction],
  ]

  const first = rows.noteProgress(id, 3, ['copy', 'proxy'])
  for (const fraction of [0.1, 0.4, 0.3]) await first(fraction)
  expect(await shown()).toEqual(both(0.4))
  expect(reads).toHaveBeenCalledTimes(2)

  const second = rows.noteProgress(id, 3, ['copy', 'proxy'])
  await second(0.2)
  expect(await shown()).toEqual(both(0.4))
  await second(0.6)
  // The first goes on, behind the second.
  await first(0.5)
  expect(await shown()).toEqual(both(0.6))
  await first(0.7)
  expect(await shown()).toEqual(both(0.7))
})
