import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/** Quiet: no network of its own beside what pages ask for. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const MISSING = 'No Chromium: set CHROMIUM_PATH, or install one (Debian: apt-get install chromium).'

/**
 * Where Chromium is: CHROMIUM_PATH, else the PATH. Null if there is none, said on the console: who
 * has no browser can test all the rest.
 * @throws Error on a build server (CI), where nothing is left untested silently
 */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | null {
  const { CHROMIUM_PATH, PATH = '', CI } = environment
  const candidates = CHROMIUM_PATH
    ? [CHROMIUM_PATH]
    : PATH.split(path.delimiter).map((folder) => path.join(folder, 'chromium'))
  const found = candidates.find(isExecutable)
  if (found) return found
  if (CI) throw new Error(MISSING)
  console.warn(`Browser tests are skipped. ${MISSING}`)
  return null
}

/** @param proxy through which everything goes, this machine's own addresses too */
export const launchChromium = (executablePath: string, proxy: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: FLAGS,
    proxy: { server: proxy, bypass: '<-loopback>' },
  })

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
