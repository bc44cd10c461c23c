import { glob, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'

const packageSchema = z.looseObject({
  main: z.string().optional(),
  type: z.enum(['module', 'commonjs']).optional(),
})

/**
 * Loads the files that `main` in the app's package.json names (a path or a glob), one after the
 * other, ES modules and CommonJS alike.
 * @throws Error naming the file that threw, with the cause kept; no further file is loaded then.
 */
export async function loadEntryPoints(
  appDirectory: string,
  log: (message: string) => void,
): Promise<void> {
  const text = await readFile(join(appDirectory, 'package.json'), 'utf8')
  const { main, type } = packageSchema.parse(JSON.parse(text))
  if (!main) throw new Error(`${join(appDirectory, 'package.json')} has no "main"`)

  const files: string[] = []
  for await (const file of glob(main, { cwd: appDirectory })) files.push(file)
  if (files.length === 0) throw unableToLoad(main, new Error('no file matches'))
  const require = createRequire(join(appDirectory, 'package.json'))
  for (const file of files.sort()) {
    const path = join(appDirectory, file)
    try {
      if (isModule(path, type)) await import(pathToFileURL(path).href)
      else require(path)
    } catch (cause) {
      throw unableToLoad(file, cause)
    }
    log(`Loaded entry point file "${file}"`)
  }
}

function isModule(path: string, type: string | undefined): boolean {
  if (path.endsWith('.mjs')) return true
  return !path.endsWith('.cjs') && type === 'module'
}

function unableToLoad(file: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const error = new Error(`Worker was unable to load entry point "${file}": ${reason}`, { cause })
  if (cause instanceof Error && cause.stack) error.stack = cause.stack
  return error
}
