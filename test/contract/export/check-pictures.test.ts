import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { type Contents, checkText } from '../../../shared/export/check-text.ts'
import { joinChunks } from '../../../shared/export/join-chunks.ts'
import type { ChunkResult } from '../../../shared/media/chunk-result.ts'
import { footage } from '../../unit/footage-fixture.ts'
import {
  allTools,
  CAR_DETECTION,
  ffmpeg,
  fileSource,
  planAsSecured,
  renderAll,
  temporaryFolder,
  testPicture,
  X264,
} from '../media/support.ts'

const run = promisify(execFile)
const folder = await temporaryFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const [tools] = await allTools()
if (!tools) throw new Error('There is no ffmpeg.')
const COPIED = ['-i', CAR_DETECTION, '-t', '12', '-c', 'copy', '-an']
const SHORT_GROUPS = [...testPicture(6), ...X264, '-g', '30', '-bf', '2']

/** The chunks of a stream copy as one file, as a package has them. */
async function joined(results: readonly ChunkResult[], from: string): Promise<Buffer> {
  const rows = results.flatMap(({ index, copy }) =>
    copy
      ? [
          {
            schemaVersion: 1,
            chunk: index,
            blob: `copy-${index}.mp4`,
            manifest: '',
            output: copy,
          } as const,
        ]
      : [],
  )
  const read = (blob: string) => readFile(path.join(from, blob))
  const initialisation = (await read('copy-0.mp4')).subarray(0, rows[0]?.output.initBytes)
  const pieces: Buffer[] = []
  for (const source of joinChunks('copy', rows, initialisation).sources) {
    if (source.from === 'bytes') pieces.push(Buffer.from(source.base64, 'base64'))
    else if (source.from === 'rendition')
      pieces.push((await read(source.blob)).subarray(source.start, source.end))
  }
  return Buffer.concat(pieces)
}

it.each([
  ['MP4', 'mov.mp4', COPIED],
  ['a transport stream', 'ts.ts', COPIED],
  ['a transport stream with B-frames', 'b-frames.ts', SHORT_GROUPS],
  ['Matroska', 'matroska.mkv', SHORT_GROUPS],
  [
    'a transport stream of H.265',
    'hevc.ts',
    [
      ...testPicture(3),
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=none:keyint=30',
    ],
  ],
])(
  'the instructions of a package compare the pictures of %s',
  async (_, name, args) => {
    const original = path.join(folder.path, name)
    await ffmpeg(tools, [...args, original])
    const plan = await planAsSecured(original, tools, 5)
    expect(plan.copy.video.method).toBe('copied')
    const place = path.join(folder.path, `package-${name}`)
    for (const part of ['original', 'renditions'])
      await mkdir(path.join(place, part), { recursive: true })
    const wanted = { copy: true, proxy: false, storyboard: false }
    const results = await renderAll(fileSource(original), tools, plan, place, wanted)
    const copy = await joined(results, place)
    await copyFile(original, path.join(place, 'original', name))
    await writeFile(path.join(place, 'renditions/copy.mp4'), copy)

    const contents = {
      footage: footage(),
      packed: [{ name: `original/${name}` }, { name: 'renditions/copy.mp4' }],
      audit: { papers: [], head: '', entries: 1, withheld: 0, seal: null },
      plan,
    }
    const instructions = checkText(contents as unknown as Contents)
    const [, command = ''] = /^ {4}\$ (.*ffmpeg.*)$/m.exec(instructions) ?? []
    const env = { PATH: `${path.dirname(tools.ffmpeg)}:${process.env.PATH}` }
    const check = () =>
      run('sh', ['-c', command], { cwd: place, env }).then(
        () => 'holds',
        () => 'fails',
      )
    await expect(check()).resolves.toBe('holds')
    // Another picture in its place: the last byte of it.
    copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 1, copy.length - 1)
    await writeFile(path.join(place, 'renditions/copy.mp4'), copy)
    await expect(check()).resolves.toBe('fails')
  },
  30_000,
)
