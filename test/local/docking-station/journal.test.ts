import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type JournalEntry, journalIn } from '../../../infra/local/docking-station/journal.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'))
})
afterEach(() => rm(directory, { recursive: true }))

const file = { path: '/media/clip.mp4', size: 10, modified: '2026-11-23T20:00:00.000Z' }
const at = '2026-11-23T21:00:00.000Z'
const entry: JournalEntry = {
  camera: 'BWV/1',
  sequence: 3,
  file,
  sha256: 'ab'.repeat(32),
  durationSeconds: 5,
  clock: { recordingStartedAt: at, deviceAt: at, dockAt: at },
}

describe('the journal', () => {
  it('finds an unchanged file of the same camera', async () => {
    await journalIn(directory).save(entry)
    const journal = journalIn(directory)
    expect(await journal.find('BWV/1', file, undefined)).toEqual(entry)
    expect(await journal.find('BWV/1', file, 3)).toEqual(entry)
    expect(await journal.find('BWV/1', file, 4)).toBeUndefined()
    expect(await journal.find('BWV/2', file, undefined)).toBeUndefined()
    for (const changed of [{ size: 11 }, { modified: at }, { path: '/media/other.mp4' }]) {
      expect(await journal.find('BWV/1', { ...file, ...changed }, undefined)).toBeUndefined()
    }
  })

  it('counts on per camera, from 0, in a folder that need not exist', async () => {
    const journal = journalIn(join(directory, 'new'))
    expect(await journal.nextSequence('BWV/1')).toBe(0)
    await journal.save(entry)
    expect(await journal.nextSequence('BWV/1')).toBe(4)
    expect(await journal.nextSequence('BWV/2')).toBe(0)
  })

  it('keeps what was accepted when other content with its number is refused', async () => {
    const journal = journalIn(directory)
    const refused = {
      ...entry,
      sha256: 'cd'.repeat(32),
      file: { ...file, path: '/media/other.mp4' },
    }
    await journal.save(entry)
    await journal.save(refused)
    await journal.remove(refused)
    expect(await journal.find('BWV/1', file, undefined)).toEqual(entry)
  })

  it('leaves no half entry: what a kill left of one is not read', async () => {
    const journal = journalIn(directory)
    await journal.save(entry)
    const [name] = await readdir(directory)
    await writeFile(join(directory, `${name}.new`), '{"camera":')
    expect(await journal.find('BWV/1', file, undefined)).toEqual(entry)
  })
})
