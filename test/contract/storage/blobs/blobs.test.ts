import { createHash, randomBytes } from 'node:crypto'
import type { BlockBlobClient } from '@azure/storage-blob'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newFootageId, partBlobName } from '../../../../shared/footage/ids.ts'
import {
  type BlobVersion,
  COPY_PART_BYTES,
  type CopyProgress,
  stageCopy,
} from '../../../../shared/storage/blobs/hashing-copy.ts'
import { createLanding, type Landing } from '../../../../shared/storage/blobs/landing.ts'
import { createOriginals, type Originals } from '../../../../shared/storage/blobs/originals.ts'
import { createQuarantine, type Quarantine } from '../../../../shared/storage/blobs/quarantine.ts'
import { COPY_BLOCK_BYTES } from '../../../../shared/storage/blobs/stage-blocks.ts'
import { createSasSigner, type SasSigner } from '../../../../shared/storage/sas.ts'
import { part } from '../../../unit/footage-fixture.ts'
import { startStorage, type TestStorage } from '../../storage-fixture.ts'

let storage: TestStorage
let sign: SasSigner
let landing: Landing
let originals: Originals
let quarantine: Quarantine
beforeAll(async () => {
  storage = await startStorage()
  const { clients } = storage
  sign = createSasSigner(clients, () => new Date())
  landing = createLanding(clients, sign)
  originals = createOriginals(clients, sign)
  quarantine = createQuarantine(clients, sign)
})
afterAll(() => storage?.[Symbol.asyncDispose]())

const { declared } = part('recording')
const NEVER = new AbortController().signal
const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const blob = (container: 'landing' | 'originals' | 'quarantine', name: string): BlockBlobClient =>
  storage.clients.container(container).getBlockBlobClient(name)
async function land(bytes: Buffer, id = newFootageId()) {
  await blob('landing', partBlobName(id, 'recording')).upload(bytes, bytes.length)
  const landed = await landing.find(id, 'recording')
  if (!landed) throw new Error('What was put into landing is not there.')
  return { id, landed }
}

describe('a hashing copy', () => {
  const copyOf = async (bytes: Buffer, partBytes: number = COPY_PART_BYTES) => {
    const { id, landed } = await land(bytes)
    const [source, target] = [
      blob('landing', partBlobName(id, 'recording')),
      blob('originals', `copies/${id}`),
    ]
    let progress: CopyProgress | null = null
    for (;;) {
      const copy = await stageCopy(source, landed, target, { progress, signal: NEVER, partBytes })
      if ('progress' in copy) progress = copy.progress
      else return { ...copy.staged, target }
    }
  }
  const borders = [0, 1, COPY_BLOCK_BYTES - 1, COPY_BLOCK_BYTES, COPY_BLOCK_BYTES + 1]

  it.each(borders)('of %i bytes is exact to the byte', async (size) => {
    const bytes = randomBytes(size)
    const copy = await copyOf(bytes)
    expect(copy).toMatchObject({ size, sha256: digestOf(bytes) })
    await copy.target.commitBlockList(copy.blockIds)
    expect((await copy.target.downloadToBuffer()).equals(bytes)).toBe(true)
  })

  it('of any size around two blocks is exact, in one part or in several', async () => {
    const sizes = fc.integer({ min: 2 * COPY_BLOCK_BYTES - 3, max: 2 * COPY_BLOCK_BYTES + 3 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), async (size, several) => {
        const bytes = randomBytes(size)
        const copy = await copyOf(bytes, several ? COPY_BLOCK_BYTES : undefined)
        expect(copy).toMatchObject({ size, sha256: digestOf(bytes) })
        await copy.target.commitBlockList(copy.blockIds)
        expect((await copy.target.downloadToBuffer()).equals(bytes)).toBe(true)
      }),
      { numRuns: 4 },
    )
  })

  it('shows nothing before it is committed', async () => {
    const { target } = await copyOf(randomBytes(10))
    await expect(target.exists()).resolves.toBe(false)
  })

  it('refuses a source that was overwritten', async () => {
    const { id, landed } = await land(randomBytes(10))
    await land(randomBytes(10), id)
    await expect(
      originals.stage(id, 'recording', landed, { progress: null, signal: NEVER }),
    ).rejects.toMatchObject({
      statusCode: 412,
    })
  })

  it('holds no more than a few blocks in memory while storage is slow', async () => {
    const { id, landed } = await land(Buffer.alloc(12 * COPY_BLOCK_BYTES))
    const target = blob('originals', `copies/${id}`)
    let release = (): void => {}
    const slow = new Promise<void>((resolve) => {
      release = resolve
    })
    const stage = vi.spyOn(target, 'stageBlock').mockImplementation(() => slow as never)
    const copying = stageCopy(blob('landing', partBlobName(id, 'recording')), landed, target, {
      progress: null,
      signal: NEVER,
    })
    await vi.waitFor(() => expect(stage).toHaveBeenCalledTimes(4), 10_000)
    // Long enough for more to be read, if anything let it: a round trip to storage.
    await landing.find(id, 'recording')
    expect(stage).toHaveBeenCalledTimes(4)
    release()
    await expect(copying).resolves.toHaveProperty('staged')
    expect(stage).toHaveBeenCalledTimes(12)
  })
})

describe('originals', () => {
  const stage = async (id: ReturnType<typeof newFootageId>, landed: BlobVersion) => {
    const copy = await originals.stage(id, 'recording', landed, { progress: null, signal: NEVER })
    if (!('staged' in copy)) throw new Error('So few bytes are one part.')
    return copy.staged
  }

  it('are committed once by workers that race with the same bytes', async () => {
    const bytes = randomBytes(1_000)
    const { id, landed } = await land(bytes)
    const staged = await Promise.all([1, 2, 3].map(() => stage(id, landed)))
    const committed = await Promise.all(
      staged.map((each) => originals.commit(id, 'recording', declared, landed, each)),
    )
    expect(new Set(committed.map(({ etag }) => etag)).size).toBe(1)
    await expect(originals.find(id, 'recording')).resolves.toMatchObject({
      sha256: digestOf(bytes),
      size: 1_000,
      landedEtag: landed.etag,
    })
  })

  it('are never replaced by other bytes', async () => {
    const [first, second] = [randomBytes(10), randomBytes(10)]
    const { id, landed } = await land(first)
    await originals.commit(id, 'recording', declared, landed, await stage(id, landed))
    const again = await land(second, id)
    const staged = await stage(id, again.landed)
    await expect(originals.commit(id, 'recording', declared, again.landed, staged)).rejects.toThrow(
      'exists with other bytes',
    )
    const kept = await blob('originals', partBlobName(id, 'recording')).downloadToBuffer()
    expect(kept.equals(first)).toBe(true)
  })

  it('are not there before they are', async () => {
    await expect(originals.find(newFootageId(), 'recording')).resolves.toBeNull()
  })
})

describe('landing', () => {
  it('is emptied only of the upload that was dealt with', async () => {
    const { id, landed } = await land(randomBytes(10))
    const newer = await land(randomBytes(10), id)
    await landing.remove(id, 'recording', landed.etag)
    await expect(landing.find(id, 'recording')).resolves.toEqual(newer.landed)
    await landing.remove(id, 'recording', newer.landed.etag)
    await expect(landing.find(id, 'recording')).resolves.toBeNull()
    await landing.remove(id, 'recording', newer.landed.etag)
  })

  it('says which blocks wait to be committed', async () => {
    const id = newFootageId()
    await expect(landing.pendingBlocks(id, 'recording')).resolves.toEqual([])
    const blockId = Buffer.from('000001').toString('base64')
    await blob('landing', partBlobName(id, 'recording')).stageBlock(blockId, 'abc', 3)
    await expect(landing.pendingBlocks(id, 'recording')).resolves.toEqual([
      { id: blockId, size: 3 },
    ])
  })
})

describe('quarantine', () => {
  it('keeps every upload in a place of its own, however often it is told', async () => {
    const { id, landed } = await land(Buffer.from('first'))
    const first = await quarantine.keep(id, 'recording', landed)
    await expect(quarantine.keep(id, 'recording', landed)).resolves.toBe(first)
    const again = await land(Buffer.from('second'), id)
    const second = await quarantine.keep(id, 'recording', again.landed)
    const textOf = async (name: string) => String(await blob('quarantine', name).downloadToBuffer())
    expect([await textOf(first), await textOf(second)]).toEqual(['first', 'second'])
  })

  it('never says that bytes are kept which are gone', async () => {
    const { id, landed } = await land(Buffer.from('first'))
    await land(Buffer.from('second'), id)
    await expect(quarantine.keep(id, 'recording', landed)).rejects.toThrow('was not kept')
  })

  it('puts bytes back where nothing has landed since', async () => {
    const { id, landed } = await land(Buffer.from('first'))
    const kept = await quarantine.keep(id, 'recording', landed)
    await expect(quarantine.putBack(id, 'recording', kept)).resolves.toBe(false)
    await landing.remove(id, 'recording', landed.etag)
    await expect(quarantine.putBack(id, 'recording', kept)).resolves.toBe(true)
    const back = await blob('landing', partBlobName(id, 'recording')).downloadToBuffer()
    expect(String(back)).toBe('first')
  })
})

describe('a SAS', () => {
  const read = (url: string) => fetch(url).then(({ status }) => status)
  const write = (url: string) =>
    fetch(url, {
      method: 'PUT',
      body: 'x',
      headers: { 'x-ms-blob-type': 'BlockBlob' },
    }).then(({ status }) => status)
  const otherBlob = (url: string, id: string) => url.replace(id, newFootageId())

  it('to write neither reads, nor lists, nor deletes, nor serves for another blob', async () => {
    const { id } = await land(randomBytes(3))
    const { url } = await landing.signUpload(id, 'recording')
    expect(await write(url)).toBe(201)
    expect(await read(url)).toBe(403)
    expect(await read(`${url}&comp=blocklist&blocklisttype=all`)).toBe(403)
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403)
    expect(await write(otherBlob(url, id))).toBe(403)
  })

  it('to read neither writes, nor deletes, nor serves for another blob', async () => {
    const { id, landed } = await land(randomBytes(3))
    const kept = await quarantine.keep(id, 'recording', landed)
    const { url } = await quarantine.signRead(kept, 60_000)
    expect(await read(url)).toBe(200)
    expect(await write(url)).toBe(403)
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403)
    expect(await read(otherBlob(url, id))).toBe(403)
  })

  it('to read an original is for the version that was secured, whatever is put on top of it', async () => {
    const original = { blob: 'f1/recording', versionId: '2026-11-23T12:00:00.0000000Z' }
    const { url } = await originals.signRead(original, 60_000, 'f1.mp4')
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      versionid: original.versionId,
      sr: 'bv',
      sp: 'r',
    })
    const unversioned = await originals.signRead({ ...original, versionId: null }, 60_000, 'f1.mp4')
    expect(new URL(unversioned.url).searchParams.get('sr')).toBe('b')
  })

  it('is refused when it has ended, and tells when that is', async () => {
    const { id } = await land(randomBytes(3))
    const past = createSasSigner(storage.clients, () => new Date(Date.now() - 120_000))
    const name = partBlobName(id, 'recording')
    const { url, expiresAt } = await past({
      container: 'landing',
      blob: name,
      use: 'read',
      lifeMs: 60_000,
    })
    expect(Date.parse(expiresAt)).toBeLessThan(Date.now())
    expect(await read(url)).toBe(403)
  })

  it('whose signature or end was changed is refused', async () => {
    const { id } = await land(randomBytes(3))
    const { url } = await sign({
      container: 'landing',
      blob: partBlobName(id, 'recording'),
      use: 'read',
      lifeMs: 60_000,
    })
    const forged = new URL(url)
    forged.searchParams.set('se', '2099-01-01T00:00:00Z')
    expect(await read(forged.href)).toBe(403)
    const widened = new URL(url)
    widened.searchParams.set('sp', 'rw')
    expect(await read(widened.href)).toBe(403)
  })
})
