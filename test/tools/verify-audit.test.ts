import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SampleTrail, sampleTrail } from '../unit/audit/exported-trail.ts'

const TOOL = path.resolve(import.meta.dirname, '../../infra/tools/verify-audit.ts')

let sample: SampleTrail
let directory: string
beforeAll(async () => {
  sample = await sampleTrail()
  directory = await mkdtemp(path.join(tmpdir(), 'bluelamp-verify-'))
  await put('ca.pem', sample.authority.certificatePem)
  await put('trail.json', JSON.stringify(sample.trail))
  // From here on nothing answers any more: the tool needs no network.
  await sample[Symbol.asyncDispose]()
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const put = (name: string, text: string): Promise<void> =>
  writeFile(path.join(directory, name), text)

/** Runs the tool in the folder of the files, with an environment of nothing. */
const verify = (...args: string[]): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [TOOL, ...args], { cwd: directory, env: {} }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: out + err }),
    )
  })

it('says that a trail is whole, up to where, when and by whom', async () => {
  const { code, said } = await verify('trail.json', '--tsa-cert', 'ca.pem')
  expect(code).toBe(0)
  expect(said).toContain(`WHOLE: the trail of recording ${sample.trail.footageId}, 5 entries`)
  expect(said).toContain('vouches for entries 1 to 4.')
  expect(said).toContain('timestamped by "Bluelamp local timestamps"')
  expect(said).toContain('leads to one that you trust')
  expect(said).toContain('Entries 5 to 5 are vouched for by their chain alone.')
})

it('says what it did not check', async () => {
  expect((await verify('trail.json')).said).toContain('not checked: give --tsa-cert')
  await put('bare.json', JSON.stringify({ ...sample.trail, anchors: [] }))
  expect((await verify('bare.json')).said).toContain('NOT ANCHORED')
})

it('names the first broken entry', async () => {
  const items = sample.trail.items.map((item) =>
    item?.sequence === 3 ? { ...item, reason: 'a better one' } : item,
  )
  await put('edited.json', JSON.stringify({ ...sample.trail, items }))
  const { code, said } = await verify('edited.json')
  expect(code).toBe(1)
  expect(said).toContain('Entry 3 was altered')
  expect(said).toContain('vouches for entries 1 to 2.')
  const { said: json } = await verify('edited.json', '--json')
  expect(JSON.parse(json)).toMatchObject({ whole: false, brokenAt: 3, because: 'hash' })
})

it('puts the pages of one reading together', async () => {
  const { items, anchors, ...trail } = sample.trail
  const page = (name: string, from: number, to: number, next: string | null) =>
    put(
      name,
      JSON.stringify({
        ...trail,
        items: items.slice(from, to),
        anchors: anchors.filter(({ inclusion }) => {
          const { sequence = 0 } = inclusion?.head ?? {}
          return sequence > from && sequence <= to
        }),
        next,
      }),
    )
  await page('1.json', 0, 2, 'more')
  await page('2.json', 2, 5, null)
  const { code, said } = await verify('1.json', '2.json', '--tsa-cert', 'ca.pem')
  expect(code).toBe(0)
  expect(said).toContain('5 entries')
  expect(said).toContain('vouches for entries 1 to 4.')
  expect(await verify('1.json')).toMatchObject({
    code: 2,
    said: expect.stringContaining('not all pages'),
  })
  expect(await verify('2.json')).toMatchObject({ code: 1 })
})

it('tells a file that it cannot check from one that is broken', async () => {
  await put('other.json', '{"items": []}')
  expect(await verify('other.json')).toMatchObject({
    code: 2,
    said: expect.stringContaining('no exported audit trail'),
  })
  expect((await verify('missing.json')).code).toBe(2)
  expect((await verify()).code).toBe(2)
  expect((await verify('--help')).code).toBe(0)
})
