import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { FileIdentity } from './measure-file.ts'

const FILE_SUFFIX = '.recording.json'

const entrySchema = z.object({
  camera: z.string(),
  sequence: z.int().nonnegative(),
  file: z.object({ path: z.string(), size: z.int(), modified: z.string() }),
  sha256: z.string().nullable(),
  durationSeconds: z.number(),
  clock: z.object({ recordingStartedAt: z.string(), deviceAt: z.string(), dockAt: z.string() }),
})

/**
 * What was found out of a recording when it was docked first. A run after a kill declares the same
 * again, clocks included, without hashing the file twice. Which blocks have arrived is not noted:
 * storage knows that better.
 */
export type JournalEntry = z.infer<typeof entrySchema>

/** The journal of one dock: a file per recording in its state directory. */
export type Journal = {
  /** The entry of an unchanged file; any sequence number will do when none is given. */
  find(
    camera: string,
    file: FileIdentity,
    sequence: number | undefined,
  ): Promise<JournalEntry | undefined>
  /** The entry of a recording by its bytes, under whatever name they lie now. */
  findContent(
    camera: string,
    sha256: string,
    sequence: number | undefined,
  ): Promise<JournalEntry | undefined>
  /** The number after the highest that this camera has had here, from 0. */
  nextSequence(camera: string): Promise<number>
  save(entry: JournalEntry): Promise<void>
  remove(entry: JournalEntry): Promise<void>
}

/** A journal of one file for each recording. */
export function journalIn(directory: string): Journal {
  async function entries(camera: string): Promise<JournalEntry[]> {
    const names = await readdir(directory).catch(absentAsEmpty)
    const files = names.filter((name) => name.endsWith(FILE_SUFFIX))
    const all = await Promise.all(
      files.map(async (name) => {
        return entrySchema.parse(JSON.parse(await readFile(join(directory, name), 'utf8')))
      }),
    )
    return all.filter((entry) => entry.camera === camera)
  }

  return {
    find: async (camera, file, sequence) =>
      (await entries(camera)).find(
        (entry) =>
          entry.file.path === file.path &&
          entry.file.size === file.size &&
          entry.file.modified === file.modified &&
          (sequence === undefined || entry.sequence === sequence),
      ),
    findContent: async (camera, sha256, sequence) =>
      (await entries(camera)).find(
        (entry) =>
          entry.sha256 === sha256 && (sequence === undefined || entry.sequence === sequence),
      ),
    nextSequence: async (camera) =>
      Math.max(-1, ...(await entries(camera)).map(({ sequence }) => sequence)) + 1,
    save: async (entry) => {
      await mkdir(directory, { recursive: true })
      const path = pathOf(entry, directory)
      // A kill between the two leaves the former entry or the new one, never half of one.
      await writeFile(`${path}.new`, JSON.stringify(entry))
      await rename(`${path}.new`, path)
    },
    remove: (entry) => rm(pathOf(entry, directory), { force: true }),
  }
}

/** Content is part of the name: what the app refuses must not replace what it has accepted. */
function pathOf({ camera, sequence, sha256 }: JournalEntry, directory: string): string {
  const content = sha256?.slice(0, 16) ?? 'unhashed'
  return join(directory, `${encodeURIComponent(camera)}-${sequence}-${content}${FILE_SUFFIX}`)
}

function absentAsEmpty(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}
