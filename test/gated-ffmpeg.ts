import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** A gate at which some runs of ffmpeg wait; it is shut at first. */
export type Gate = {
  /** The program to be used in place of ffmpeg. */
  ffmpeg: string
  open(): Promise<void>
  shut(): Promise<void>
}

/** Any chunk but the first of a recording: only these are both sought and written as fragments. */
export const LATER_CHUNKS = '*-seek_timestamp*-frag_duration*'
/** Any run that encodes pictures, as proxies are. */
export const PROXIES = '*libx264*'

/**
 * A stand-in for ffmpeg that makes the runs wait whose arguments match a pattern of the shell. It
 * can stand before another.
 */
export async function gateFfmpeg(ffmpeg: string, folder: string, pattern: string): Promise<Gate> {
  const script = path.join(folder, `ffmpeg-${randomUUID()}`)
  const key = `${script}.open`
  const lines = [
    '#!/bin/sh',
    `case "$*" in ${pattern})`,
    `  while [ ! -e '${key}' ]; do /bin/sleep 0.05; done ;;`,
    'esac',
    `exec '${ffmpeg}' "$@"`,
  ]
  await writeFile(script, lines.join('\n'), { mode: 0o755 })
  return {
    ffmpeg: script,
    open: () => writeFile(key, ''),
    shut: () => rm(key, { force: true }),
  }
}
