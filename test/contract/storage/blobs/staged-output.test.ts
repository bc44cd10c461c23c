import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRenditions, type Renditions } from '../../../../shared/storage/blobs/renditions.ts'
import { BlockPool, StagedOutput } from '../../../../shared/storage/blobs/staged-output.ts'
import { createSasSigner } from '../../../../shared/storage/sas.ts'
import { startStorage, type TestStorage } from '../../storage-fixture.ts'

let storage: TestStorage
let renditions: Renditions
beforeAll(async () => {
  storage = await startStorage()
  renditions = createRenditions(
    storage.clients,
    createSasSigner(storage.clients, () => new Date()),
  )
})
afterAll(() => storage?.[Symbol.asyncDispose]())

const NEVER = new AbortController().signal
const blobOf = (name: string) => storage.clients.container('renditions').getBlockBlobClient(name)
const MIB = 1024 * 1024
const HEADERS = { blobContentType: 'video/mp4', blobCacheControl: 'private, no-store' }

/** Tells which blocks there are. */
class SeenBlocks extends BlockPool {
  readonly seen = new Set<Buffer>()

  override take(): Buffer {
    const block = super.take()
    this.seen.add(block)
    return block
  }
}

describe('an output that is stored as it is made', () => {
  it.each([
    ['nothing', []],
    ['less than a block', [10, 1, 0, 1000]],
    ['exactly a block', [4 * MIB]],
    ['blocks of many pieces and a rest', Array.from({ length: 30 }, () => 500_000)],
    ['pieces larger than a block', [9 * MIB, 5, 9 * MIB]],
  ])('of %s is what was written, once it is committed', async (name, lengths) => {
    const pieces = lengths.map((length) => randomBytes(length))
    const output = renditions.open(name, 'video/mp4', NEVER)
    for (const piece of pieces) await output.write(piece)
    expect(await blobOf(name).exists()).toBe(false)
    await output.commit()
    const stored = await blobOf(name).downloadToBuffer()
    const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    expect(digest(stored)).toBe(digest(Buffer.concat(pieces)))
    expect(await blobOf(name).getProperties()).toMatchObject({
      contentType: 'video/mp4',
      cacheControl: 'private, no-store',
    })
  })

  it('sends blocks before it is committed, and is no blob if it never is', async () => {
    const output = renditions.open('given-up', 'video/mp4', NEVER)
    for (let written = 0; written < 4; written++) await output.write(randomBytes(5 * MIB))
    const { uncommittedBlocks } = await blobOf('given-up').getBlockList('uncommitted')
    expect(uncommittedBlocks?.length).toBeGreaterThanOrEqual(2)
    expect(await blobOf('given-up').exists()).toBe(false)
  })

  it('is no blob if a block of it changed on its way', async () => {
    const blocks = new SeenBlocks()
    const output = new StagedOutput(blobOf('changed'), HEADERS, blocks, NEVER)
    const writing = output.write(randomBytes(5 * MIB))
    // What is sent is this memory, and it has not left yet.
    const [block] = blocks.seen
    if (!block) throw new Error('Nothing is sent.')
    block[MIB] = ~(block[MIB] ?? 0)
    await writing
    await expect(output.commit()).rejects.toMatchObject({ code: 'Md5Mismatch' })
    expect(await blobOf('changed').exists()).toBe(false)
  })

  it('has no more memory than one block to fill and two to send, however much is written', async () => {
    const blocks = new SeenBlocks()
    for (const chunk of ['chunk-1', 'chunk-2', 'chunk-3']) {
      const output = new StagedOutput(blobOf(chunk), HEADERS, blocks, NEVER)
      for (let written = 0; written < 16; written++) await output.write(randomBytes(MIB))
      await output.commit()
    }
    expect(blocks.seen.size).toBeLessThanOrEqual(3)
  })

  it('tells the writer that storage refused, and does not become a blob', async () => {
    const gone = new AbortController()
    const output = renditions.open('refused', 'video/mp4', gone.signal)
    gone.abort()
    const writing = async () => {
      for (let written = 0; written < 4; written++) await output.write(randomBytes(5 * MIB))
      await output.commit()
    }
    await expect(writing()).rejects.toThrow(/abort/i)
    expect(await blobOf('refused').exists()).toBe(false)
  })
})
