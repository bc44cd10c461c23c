import { once } from 'node:events'

/**
 * Under npm one Ctrl-C can arrive twice: from the terminal, and once more passed on by npm. Only
 * one that comes later is a second one.
 */
const ECHO_MS = 700

/** Resolves when this process is asked to stop: Ctrl-C, SIGTERM, or the terminal is closed. */
export async function interrupted(): Promise<void> {
  await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)))
}

/**
 * From now on another Ctrl-C ends the process at once. The parts' own processes end with it: they
 * watch their channel to it.
 */
export function forceOnSecondInterrupt(now: () => number = Date.now): void {
  const first = now()
  process.on('SIGINT', () => {
    if (now() - first > ECHO_MS) process.exit(130)
  })
  process.on('SIGTERM', () => {})
}
