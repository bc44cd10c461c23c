import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDataFolder } from '../../../infra/local/start/data-folder.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bluelamp-data-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

it('keeps the signing key from run to run', async () => {
  const first = await openDataFolder(directory, false)
  const key = await first.signingKey()
  await first.release()
  expect(await (await openDataFolder(directory, false)).signingKey()).toBe(key)
})

it('begins anew without touching files of anybody else', async () => {
  await mkdir(path.join(directory, 'azurite'))
  await writeFile(path.join(directory, 'notes.txt'), 'mine')
  await openDataFolder(directory, true)
  expect(await readdir(directory)).toEqual(['notes.txt', 'running.pid'])
})

it('is not given to two processes that live', async () => {
  const other = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'])
  try {
    await writeFile(path.join(directory, 'running.pid'), `${other.pid}`)
    await expect(openDataFolder(directory, true)).rejects.toThrow(`in use by process ${other.pid}`)
  } finally {
    other.kill('SIGKILL')
  }
})
