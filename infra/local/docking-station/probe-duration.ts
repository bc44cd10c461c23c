import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { DockError } from './dock-error.ts'

const PROBE_TIMEOUT_MS = 60_000
const ARGUMENTS = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0']

/**
 * How long a recording is, in seconds, as its container says. Cameras know this themselves; the
 * dock asks ffprobe: the one given, else the one on the PATH, else the one that npm installed.
 * @throws DockError `settings` when no ffprobe runs or the file tells no duration.
 */
export async function probeDuration(
  path: string,
  ffprobePath: string | undefined,
  signal: AbortSignal | undefined,
): Promise<number> {
  for (const ffprobe of [ffprobePath ?? 'ffprobe', installedFfprobe()]) {
    if (ffprobe === undefined) continue
    const seconds = await durationBy(ffprobe, path, signal)
    if (seconds === 'no-ffprobe') continue
    if (Number.isFinite(seconds)) return seconds
    throw new DockError('settings', `${path} does not tell how long it is: give --duration`)
  }
  throw new DockError('settings', 'there is no ffprobe to measure the recording: give --duration')
}

async function durationBy(
  ffprobe: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<number | 'no-ffprobe'> {
  try {
    const options = { timeout: PROBE_TIMEOUT_MS, ...(signal && { signal }) }
    // The prefix keeps ffprobe from reading a name such as `http:x` as a protocol.
    const { stdout } = await promisify(execFile)(ffprobe, [...ARGUMENTS, `file:${path}`], options)
    return Number.parseFloat(stdout)
  } catch (error) {
    signal?.throwIfAborted()
    // Anything but a missing program is ffprobe's own refusal of the file.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no-ffprobe' : Number.NaN
  }
}

/** Its main module is not loaded where there is no binary for the platform: it throws there. */
function installedFfprobe(): string | undefined {
  try {
    const { path } = createRequire(import.meta.url)('@ffprobe-installer/ffprobe')
    return path
  } catch {
    return undefined
  }
}
