import { type Browser, chromium } from 'playwright-core'
import { findProgram } from '../find-program.ts'

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

/** Where Chromium is: CHROMIUM_PATH, else on the PATH. */
export const findChromium = (): string | null =>
  findProgram('chromium', MISSING, process.env.CHROMIUM_PATH)

/** @param proxy through which everything goes, this machine's own addresses too */
export const launchChromium = (executablePath: string, proxy: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: FLAGS,
    proxy: { server: proxy, bypass: '<-loopback>' },
  })
