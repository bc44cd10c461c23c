import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { StartError } from './start-error.ts'

/** All that a run, or a dock beside it, leaves in the folder. */
const CONTENTS = [
  'azurite',
  'issuer',
  'dock',
  'endpoints.json',
  'signing-key',
  'func-settings.json',
]

/** Names the process that uses the folder. */
const LOCK_FILE = 'running.pid'

/** The folder in which the local system outlives its runs. */
export type DataFolder = {
  directory: string
  /** Where a file of that name lies. */
  file(name: string): string
  /** The app's SIGNING_KEY: kept, so that tickets outlive a restart. */
  signingKey(): Promise<string>
  /** Lets another run have the folder. */
  release(): Promise<void>
}

/**
 * Takes the folder for this process: two Azurites on one folder would destroy its databases.
 * @param fresh removes what earlier runs left; files of anybody else stay
 * @throws StartError while another process has it
 */
export async function openDataFolder(directory: string, fresh: boolean): Promise<DataFolder> {
  const file = (name: string): string => path.join(directory, name)
  await mkdir(directory, { recursive: true })
  const holder = Number(await readFile(file(LOCK_FILE), 'utf8').catch(absent))
  if (holder > 0 && holder !== process.pid && isAlive(holder)) {
    throw new StartError(
      `${directory} is in use by process ${holder}: stop that one, or keep this one's data elsewhere with --data FOLDER.`,
    )
  }
  await writeFile(file(LOCK_FILE), `${process.pid}`)
  if (fresh)
    await Promise.all(CONTENTS.map((name) => rm(file(name), { recursive: true, force: true })))
  return {
    directory,
    file,
    async signingKey() {
      const kept = await readFile(file('signing-key'), 'utf8').catch(absent)
      if (kept !== null) return kept
      const key = randomBytes(32).toString('base64')
      await writeFile(file('signing-key'), key, { mode: 0o600 })
      return key
    },
    release: () => rm(file(LOCK_FILE), { force: true }),
  }
}

/** Null for a file that does not exist; anything else that goes wrong is thrown. */
export function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It lives, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
