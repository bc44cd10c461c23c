import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createVersionStore,
  eraseVersions,
  retainedUntil,
} from '../../../shared/storage/blobs/versions.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'
import { fakeVersions } from './versions-fake.ts'

const NOW = new Date('2026-11-23T12:00:00.000Z')
const free = { legalHold: false, retention: null }
const held = { ...free, legalHold: true }
const policy = (until: string, locked: boolean) => ({ ...free, retention: { until, locked } })

describe('erasing blobs of a container with immutability', () => {
  it('releases legal holds and unlocked policies, and removes every version', async () => {
    const { store, left } = fakeVersions(NOW, [
      { name: 'a/recording', ...held },
      { name: 'a/recording', ...free },
      { name: 'a/settings', ...policy('2030-01-01T00:00:00.000Z', false) },
      { name: 'a/old', ...policy('2020-01-01T00:00:00.000Z', true) },
      { name: 'b/recording', ...held },
    ])
    await expect(retainedUntil(store, 'a/', NOW)).resolves.toBeNull()
    await eraseVersions(store, 'a/')
    expect(left()).toEqual(['b/recording'])
    await expect(eraseVersions(store, 'a/')).resolves.toBe(0)
  })

  it('leaves what a locked policy keeps, and says until when it does', async () => {
    const locked = [
      { name: 'a/recording', ...policy('2030-01-01T00:00:00.000Z', true) },
      { name: 'a/settings', ...policy('2031-01-01T00:00:00.000Z', true) },
    ]
    const { store, left } = fakeVersions(NOW, locked)
    await expect(retainedUntil(store, 'a/', NOW)).resolves.toBe('2031-01-01T00:00:00.000Z')
    await expect(eraseVersions(store, 'a/')).rejects.toThrow('BlobImmutableDueToPolicy')
    expect(left()).toEqual(['a/recording', 'a/settings'])
  })
})

describe('the versions in storage', () => {
  let storage: TestStorage
  beforeAll(async () => {
    storage = await startStorage()
  })
  afterAll(() => storage?.[Symbol.asyncDispose]())

  it('are listed and removed, those of other recordings left', async () => {
    const container = storage.clients.container('originals')
    const store = createVersionStore(container)
    for (const name of ['a/recording', 'a/metadata.json', 'b/recording']) {
      await container.getBlockBlobClient(name).upload('x', 1)
    }
    const listed = await Array.fromAsync(store.list('a/'))
    expect(listed.map(({ name, isCurrent }) => [name, isCurrent])).toEqual([
      ['a/metadata.json', true],
      ['a/recording', true],
    ])
    await expect(eraseVersions(store, 'a/')).resolves.toBe(2)
    expect((await Array.fromAsync(store.list(''))).map(({ name }) => name)).toEqual(['b/recording'])
  })
})
