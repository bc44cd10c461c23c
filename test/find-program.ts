import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/**
 * Where a program is that tests can do without: `at` if that is set, else on the PATH. Null if there is
 * none, said on the console: who lacks it can test all the rest.
 * @throws Error on a build server (CI), where nothing is left untested silently
 */
export function findProgram(
  name: string,
  missing: string,
  at?: string,
  { PATH = '', CI }: NodeJS.ProcessEnv = process.env,
): string | null {
  const candidates = at ? [at] : PATH.split(path.delimiter).map((folder) => path.join(folder, name))
  const found = candidates.find(isExecutable)
  if (found) return found
  if (CI) throw new Error(missing)
  console.warn(`Tests that need ${name} are skipped. ${missing}`)
  return null
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
