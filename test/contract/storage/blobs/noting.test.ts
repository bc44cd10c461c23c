import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newFootageId, partBlobName } from '../../../../shared/footage/ids.ts'
import { noteUpload } from '../../../../shared/ingest/note-keyframes.ts'
import { createLog } from '../../../../shared/log.ts'
import { readKeyframes } from '../../../../shared/media/probing/keyframes.ts'
import { probe } from '../../../../shared/media/probing/probe.ts'
import { scanKeyframes } from '../../../../shared/media/probing/scan.ts'
import type { MediaTools } from '../../../../shared/media/running/tools.ts'
import type { CopyProgress } from '../../../../shared/storage/blobs/hashing-copy.ts'
import { createKeyframeNotes } from '../../../../shared/storage/blobs/keyframe-notes.ts'
import { createLanding } from '../../../../shared/storage/blobs/landing.ts'
import { createOriginals } from '../../../../shared/storage/blobs/originals.ts'
import { COPY_BLOCK_BYTES } from '../../../../shared/storage/blobs/stage-blocks.ts'
import { createSasSigner } from '../../../../shared/storage/sas.ts'
import {
  allTools,
  type CountedSource,
  ffmpeg,
  fileSource,
  never,
  temporaryFolder,
} from '../../media/support.ts'
import { startStorage, type TestStorage } from '../../storage-fixture.ts'

let storage: TestStorage
const [tools] = (await allTools()) as [MediaTools]
const folder = await temporaryFolder()
const NOISE = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25:d=3,noise=alls=60:allf=t']
const LARGE = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '14', '-g', '25']
const kinds = {
  'noise.ts': [],
  'noise.mp4': ['-movflags', 'frag_keyframe+empty_moov'],
  'noise.mkv': [],
  'noise.avi': ['-bf', '0'],
}
beforeAll(async () => {
  storage = await startStorage()
  for (const [name, options] of Object.entries(kinds))
    await ffmpeg(tools, [...NOISE, ...LARGE, ...options, path.join(folder.path, name)])
}, 120_000)
afterAll(async () => {
  await storage?.[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const warnings: string[] = []
const warn = (line: string) => void warnings.push(line)
const log = createLog({ info: () => {}, warn, error: warn })

/** Secures a recording in parts of one block, each by a worker of its own, as far as noting goes. */
async function noteInParts(bytes: Buffer, spoil: (part: number) => Promise<void> = async () => {}) {
  const { clients } = storage
  const sign = createSasSigner(clients, () => new Date())
  const landing = createLanding(clients, sign)
  const originals = createOriginals(clients, sign, COPY_BLOCK_BYTES)
  const keyframeNotes = createKeyframeNotes(clients)
  const id = newFootageId()
  const landingBlob = clients.container('landing').getBlockBlobClient(partBlobName(id, 'recording'))
  await landingBlob.uploadData(bytes)
  const landed = await landing.find(id, 'recording')
  if (!landed) throw new Error('What was put into landing is not there.')
  let progress: CopyProgress | null = null
  for (let part = 1; ; part++) {
    const upload = { id, part: 'recording', etag: landed.etag } as const
    const noting = await noteUpload({ keyframeNotes, log }, upload, progress)
    const work = { progress, signal: never, watch: noting.read }
    const copy = await originals.stage(id, 'recording', landed, work)
    if ('progress' in copy) {
      progress = copy.progress
      await noting.handOver(progress)
      await spoil(part)
    } else {
      await noting.keep(copy.staged)
      const note = await keyframeNotes.find(id, copy.staged.sha256)
      const names: string[] = []
      for await (const { name } of clients.container('renditions').listBlobsFlat({ prefix: id }))
        names.push(name.slice(id.length))
      return { note, parts: part, names, keyframeNotes, id }
    }
  }
}

it.each(Object.keys(kinds))(
  '%s, secured in parts, is planned from its note alone',
  async (name) => {
    const file = path.join(folder.path, name)
    const { note, parts, names, keyframeNotes, id } = await noteInParts(readFileSync(file))
    expect(parts).toBeGreaterThan(2)
    expect(names).toEqual(['/keyframes.json'])
    await expect(keyframeNotes.find(id, 'of other bytes')).resolves.toBeNull()

    const source: CountedSource = fileSource(file)
    const probed = await probe(source, tools, never)
    if (!probed.playable) throw new Error(probed.detail)
    source.bytesRead = 0
    const found = await readKeyframes(source, probed.media, tools, never, note)
    // A fragmented movie is asked whether it has an index after all.
    expect(source.bytesRead).toBeLessThan(300_000)
    const scanned = await scanKeyframes(source, probed.media, tools, never)
    expect(found).toMatchObject({ playable: true, keyframes: { pts: scanned?.pts } })
    expect(warnings).toEqual([])
  },
)

it('a note that was lost on the way is no note, and nothing is left of it', async () => {
  const bytes = readFileSync(path.join(folder.path, 'noise.ts'))
  const { clients } = storage
  const { note, names } = await noteInParts(bytes, async (part) => {
    if (part !== 1) return
    const container = clients.container('renditions')
    for await (const { name } of container.listBlobsFlat())
      if (name.endsWith('unfinished.json')) await container.deleteBlob(name)
  })
  expect({ note, names }).toEqual({ note: null, names: [] })
})
