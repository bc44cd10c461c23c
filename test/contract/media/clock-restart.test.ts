import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { CopyHash, hashOriginal } from '../../../shared/media/chunk/hash-packets.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import {
  allTools,
  countDecoded,
  ffmpeg,
  fileSource,
  never,
  planAsSecured,
  renderAll,
  temporaryFolder,
  testPicture,
  testSound,
  X264,
} from './support.ts'

const folder = await temporaryFolder()
const [tools] = (await allTools()) as [MediaTools]
afterAll(() => folder[Symbol.asyncDispose]())

it.each([1, 300])('of two recordings in one stream the first is played (%i s)', async (seconds) => {
  const [one, two] = ['one.ts', 'two.ts'].map((name) => path.join(folder.path, name))
  if (!one || !two) throw new Error('There are no names.')
  const input = [...testPicture(4, '10', '64x64'), ...testSound(4)]
  await ffmpeg(tools, [...input, ...X264, '-g', '10', '-c:a', 'aac', one])
  writeFileSync(two, Buffer.concat([readFileSync(one), readFileSync(one)]))

  const source = fileSource(two)
  const plan = await planAsSecured(two, tools, seconds)
  // Beyond it lie tables at most.
  expect(plan.readUntil).toBeGreaterThanOrEqual(fileSource(one).size)
  expect(plan.readUntil).toBeLessThan(fileSource(one).size + 10 * 188)
  await using out = await temporaryFolder()
  const results = await renderAll(source, tools, plan, out.path)
  for (const kind of ['copy', 'proxy'])
    expect(await countDecoded(tools, path.join(out.path, `${kind}.m3u8`))).toBe(40)
  const samples = results.reduce((sum, { copy }) => sum + (copy?.audio?.samples ?? 0), 0)
  expect(Math.abs(samples - 4 * 48_000)).toBeLessThanOrEqual(2 * 1024)

  const copy = new CopyHash(plan)
  for (const { index } of results)
    await copy.add(createReadStream(path.join(out.path, `copy-${index}.mp4`)))
  const { packets, sha256 } = copy.finish()
  const job = { source, tools, plan, packets, wallMs: 20_000, signal: never }
  expect(await hashOriginal(job)).toBe(sha256)
})
