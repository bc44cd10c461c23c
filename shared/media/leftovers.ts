import { readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { TEMPORARY_PREFIX } from './render-chunk.ts'

/** No job lives this long, should its process number have been given to another meanwhile. */
const LEFTOVER_MS = 20 * 60_000

/** Removes temporary folders of killed processes; called when a process starts. */
export async function removeLeftovers(now: number = Date.now()): Promise<string[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(TEMPORARY_PREFIX))
  const removed: string[] = []
  for (const name of names) {
    const folder = path.join(tmpdir(), name)
    const owner = Number(name.slice(TEMPORARY_PREFIX.length).split('-')[0])
    if (isAlive(owner) && (await ageOf(folder, now)) <= LEFTOVER_MS) continue
    await rm(folder, { recursive: true, force: true })
    removed.push(folder)
  }
  return removed
}

/** Signal 0 only asks. A process of another user may not be asked, and so is there. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid)) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Another process may remove it first. */
const ageOf = (folder: string, now: number): Promise<number> =>
  stat(folder).then(
    ({ mtimeMs }) => now - mtimeMs,
    () => 0,
  )
