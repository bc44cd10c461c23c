import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DemoError } from './checks.ts'
import type { Stage } from './stage.ts'

const run = promisify(execFile)

/** Longer than reading half a minute of footage takes. */
const LIMIT_MS = 60_000

/** What ffprobe says of a file or URL, as JSON. */
export async function ffprobe<T>(
  { tools }: Pick<Stage, 'tools'>,
  source: string,
  ...args: string[]
): Promise<T> {
  return JSON.parse(await output(tools.ffprobe, ['-v', 'error', '-of', 'json', ...args, source]))
}

/** The packets of the first video stream. */
export async function countVideoPackets(
  stage: Pick<Stage, 'tools'>,
  source: string,
): Promise<number> {
  const { streams } = await ffprobe<{ streams: { nb_read_packets: string }[] }>(
    stage,
    source,
    ...['-count_packets', '-select_streams', 'v:0', '-show_entries', 'stream=nb_read_packets'],
  )
  return Number(streams[0]?.nb_read_packets)
}

/** SHA-256 over the bytes of all packets of the first video stream, in order. */
export async function hashVideoPackets(
  { tools }: Pick<Stage, 'tools'>,
  source: string,
): Promise<string> {
  const args = ['-map', '0:v:0', '-c', 'copy', '-f', 'hash', '-hash', 'sha256', '-']
  const hash = await output(tools.ffmpeg, ['-v', 'error', '-nostdin', '-i', source, ...args])
  return hash.trim().replace('SHA256=', '')
}

async function output(file: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await run(file, args, { timeout: LIMIT_MS, killSignal: 'SIGKILL' })
    return stdout
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string }
    throw new DemoError(`${file} failed: ${stderr.trim().split('\n').at(-1)}`, { cause })
  }
}
