import { readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { TEMPORARY_PREFIX } from './render-chunk.ts'

/** No job lives this long: what is older was left by a process that was killed. */
const LEFTOVER_MS = 20 * 60_000

/** Removes temporary folders of killed processes; called when a process starts. */
export async function removeLeftovers(now: number = Date.now()): Promise<string[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(TEMPORARY_PREFIX))
  const removed: string[] = []
  for (const name of names) {
    const folder = path.join(tmpdir(), name)
    // Another process may remove it first.
    const age = await stat(folder).then(
      ({ mtimeMs }) => now - mtimeMs,
      () => 0,
    )
    if (age <= LEFTOVER_MS) continue
    await rm(folder, { recursive: true, force: true })
    removed.push(folder)
  }
  return removed
}
