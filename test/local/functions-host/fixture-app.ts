import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
import {
  type FunctionsHost,
  type FunctionsHostOptions,
  startFunctionsHost,
} from '../../../infra/local/functions-host/host.ts'
import type { HostLogLine } from '../../../infra/local/functions-host/log.ts'

const NODE_MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url))

export type FixtureOptions = Partial<Omit<FunctionsHostOptions, 'appDirectory' | 'log'>> & {
  /** Source of the entry files by name; a string is one file that has `app` in scope. */
  source: string | Record<string, string>
  hostJson?: object
  packageJson?: object
}

export type FixtureApp = FunctionsHost &
  AsyncDisposable & {
    lines: HostLogLine[]
    /** What the functions said with `context.log(JSON.stringify(…))`, in order. */
    said(functionName: string): unknown[]
  }

// A worker starts in 0.3 s, but on a busy machine in several.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 30_000 })

/** `expect(await read())`, again and again until it holds. */
export const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 10_000 })

/** Writes a tiny Functions app to a temporary directory and runs it. */
export async function startApp(options: FixtureOptions): Promise<FixtureApp> {
  const { source, hostJson, packageJson, ...hostOptions } = options
  const appDirectory = await writeApp(options)
  const lines: HostLogLine[] = []
  const remove = () => rm(appDirectory, { recursive: true, force: true })
  try {
    const log = (line: HostLogLine) => void lines.push(line)
    const host = await startFunctionsHost({
      settings: {},
      port: 0,
      ...hostOptions,
      appDirectory,
      log,
    })
    return {
      ...host,
      // Spreading would freeze the getter.
      get workers() {
        return host.workers
      },
      lines,
      said: (functionName) =>
        lines
          .filter((line) => line.category === 'user' && line.functionName === functionName)
          .map(({ message }) => JSON.parse(message)),
      async [Symbol.asyncDispose]() {
        await host.dispose()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** What a function of these tests shows of the request that it got. */
export type ShownRequest = {
  url: string
  params: Record<string, string>
  query: [string, string][]
  headers: Record<string, string>
  body?: string
}

/** The app alone, in a directory that the caller removes. */
export async function writeApp({ source, hostJson, packageJson }: FixtureOptions): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'functions-host-test-'))
  const files = typeof source === 'string' ? { 'app.js': `${IMPORT}${source}` } : source
  await symlink(NODE_MODULES, join(directory, 'node_modules'))
  await writeFile(
    join(directory, 'package.json'),
    JSON.stringify({ type: 'module', main: 'dist/**/*.{js,cjs}', ...packageJson }),
  )
  await writeFile(join(directory, 'host.json'), JSON.stringify({ version: '2.0', ...hostJson }))
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, 'dist', name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  return directory
}

export const IMPORT = `import { app } from '@azure/functions'\n`
