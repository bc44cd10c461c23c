import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { footageBytes, type PackingDesk, packFootage } from '../../../shared/export/pack-footage.ts'
import { manifestOf, packPapers } from '../../../shared/export/pack-papers.ts'
import { readPacked } from '../../../shared/export/read-packed.ts'
import type { PackingList, PackingProgress } from '../../../shared/records/packing-list.ts'
import { readZip } from './read-zip.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A file of bytes that stand in the list itself, cut into stretches. */
const file = (name: string, stretches: readonly Uint8Array[]): PackingList['files'][number] => ({
  name,
  size: stretches.reduce((sum, { length }) => sum + length, 0),
  sha256: sha256(Buffer.concat(stretches)),
  sources: stretches.map((bytes) => ({
    from: 'bytes',
    base64: Buffer.from(bytes).toString('base64'),
  })),
})
const listOf = (files: PackingList['files']): PackingList => ({
  schemaVersion: 1,
  at: '2026-11-23T10:00:00.000Z',
  files,
})

/** No blob is read here. */
const read = readPacked({} as Parameters<typeof readPacked>[0], new AbortController().signal)

/** Packs as workers do that hand on after so many bytes; what they save is read again as JSON. */
async function packInParts(list: PackingList, partBytes: number) {
  const archive = Buffer.alloc(footageBytes(list))
  const stage: PackingDesk['stage'] = async (offset, bytes) => {
    let at = offset
    for await (const piece of bytes) {
      archive.set(piece, at)
      at += piece.length
    }
  }
  let progress: PackingProgress | null = null
  for (let parts = 1; ; parts += 1) {
    const part = await packFootage(list, progress, { read, stage }, partBytes)
    if ('packed' in part) return { ...part.packed, archive, parts }
    progress = JSON.parse(JSON.stringify(part.progress)) as PackingProgress
  }
}

const TWO = listOf([
  file('original/a.mp4', [Buffer.from('the recording')]),
  file('renditions/copy.mp4', [Buffer.from('in'), Buffer.from('index'), Buffer.from('fragments')]),
])

describe('the footage of a package', () => {
  it('is the same to the byte, however many workers share it', async () => {
    const stretches = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), {
      minLength: 1,
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(stretches, { minLength: 1, maxLength: 4 }),
        // Each part has threads of its own: enough parts to cut through everything, but not hundreds.
        fc.integer({ min: 40, max: 200 }),
        async (files, partBytes) => {
          const list = listOf(files.map((each, index) => file(`${index}`, each)))
          const alone = await packInParts(list, footageBytes(list))
          const shared = await packInParts(list, partBytes)
          expect(alone.parts).toBe(1)
          expect(shared.archive.equals(alone.archive)).toBe(true)
          expect(shared.packed).toEqual(alone.packed)
          const digests = await Promise.all([shared, alone].map(({ digest }) => digest.hex()))
          expect(digests).toEqual([sha256(alone.archive), sha256(alone.archive)])
        },
      ),
      { numRuns: 8 },
    )
  })

  it('tells where each worker stopped, so that its blocks are found again', async () => {
    const { ends, parts, offset } = await packInParts(TWO, 30)
    expect(ends).toHaveLength(parts)
    expect(ends.at(-1)).toBe(offset)
    expect(ends).toEqual(ends.toSorted((one, other) => one - other))
  })

  it('is not packed if it is not what was secured', async () => {
    const [first] = TWO.files
    if (!first) throw new Error('There is a first file.')
    const altered = listOf([{ ...first, sha256: 'a'.repeat(64) }])
    await expect(packInParts(altered, 1000)).rejects.toMatchObject({ code: 'damaged-record' })
    await expect(packInParts(altered, 5)).rejects.toMatchObject({ code: 'damaged-record' })
  })

  it('is not packed if it breaks off', async () => {
    const short: PackingDesk['read'] = async function* () {
      yield Buffer.from('the')
    }
    const stage: PackingDesk['stage'] = async (_, bytes) => {
      for await (const _piece of bytes);
    }
    await expect(packFootage(TWO, null, { read: short, stage })).rejects.toThrow('broke off')
  })
})

describe('a whole package', () => {
  it('is an archive of footage, papers and a manifest of all of them, with its own digest', async () => {
    const footage = await packInParts(TWO, 20)
    const papers = [{ name: 'README.txt', bytes: Buffer.from('read me') }]
    const rest = packPapers(TWO, footage, papers)
    const pieces: Uint8Array[] = [footage.archive]
    for await (const piece of rest.bytes) pieces.push(piece)
    const archive = Buffer.concat(pieces)
    await expect(rest.sha256()).resolves.toBe(sha256(archive))
    const contents = await readZip(archive)
    expect([...contents.keys()]).toEqual([
      'original/a.mp4',
      'renditions/copy.mp4',
      'README.txt',
      'SHA256SUMS',
    ])
    const manifest = String(contents.get('SHA256SUMS'))
    for (const [name, bytes] of contents) {
      if (name !== 'SHA256SUMS') expect(manifest).toContain(`${sha256(bytes)}  ${name}\n`)
    }
    expect(manifestOf(footage.packed, papers).bytes.toString()).toBe(manifest)
  })
})
