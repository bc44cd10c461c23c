import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createWormStore, type WormStore } from '../../../../shared/storage/blobs/worm.ts'
import { fakeWorm } from '../../audit/worm-fake.ts'
import { startStorage, type TestStorage } from '../../storage-fixture.ts'

let storage: TestStorage
beforeAll(async () => {
  storage = await startStorage()
})
afterAll(() => storage[Symbol.asyncDispose]())

const KINDS: Record<string, () => WormStore> = {
  'in storage': () => createWormStore(storage.clients.container('audit-anchors')),
  'as the fake': () => fakeWorm(),
}

// Both keep one contract, so that what tests show with the one holds for the other. That storage
// itself refuses to remove a version under legal hold can be seen in Azure alone.
describe.each(Object.keys(KINDS))('a write-once store %s', (kind) => {
  let worm: WormStore
  let folder: string
  beforeEach(() => {
    worm = KINDS[kind]?.() ?? fakeWorm()
    folder = crypto.randomUUID()
  })

  it('keeps what was written first', async () => {
    const name = `${folder}/1.json`
    await expect(worm.read(name)).resolves.toBeNull()
    await expect(worm.create(name, Buffer.from('one'))).resolves.toBe(true)
    await expect(worm.create(name, Buffer.from('two'))).resolves.toBe(false)
    await expect(worm.read(name)).resolves.toEqual(Buffer.from('one'))
  })

  it('lets one of many at the same time write', async () => {
    const written = await Promise.all(
      Array.from({ length: 8 }, (_, n) => worm.create(`${folder}/1.json`, Buffer.from(`${n}`))),
    )
    expect(written.filter(Boolean)).toHaveLength(1)
    const stored = await worm.read(`${folder}/1.json`)
    expect(stored?.toString()).toBe(String(written.indexOf(true)))
  })

  it('lists names in their order, as many as asked for', async () => {
    for (const name of ['b', 'a', 'c']) {
      await worm.create(`${folder}/${name}.json`, Buffer.from(name))
    }
    await worm.create(`${folder}-other/a.json`, Buffer.from('other'))
    const names = (limit?: number) => Array.fromAsync(worm.names(`${folder}/`, limit))
    await expect(names()).resolves.toEqual(['a', 'b', 'c'].map((name) => `${folder}/${name}.json`))
    await expect(names(1)).resolves.toEqual([`${folder}/a.json`])
    await expect(Array.fromAsync(worm.names('nothing/'))).resolves.toEqual([])
  })

  it('does not take a name that goes on for the name', async () => {
    await worm.create(`${folder}/10.json`, Buffer.from('ten'))
    await expect(worm.read(`${folder}/1`)).resolves.toBeNull()
  })
})
