import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** A gate at which some runs of ffmpeg wait; it is shut at first. */
export type Gate = {
  /** The program to be used in place of ffmpeg. */
  ffmpeg: string
  open(): Promise<void>
  shut(): Promise<void>
  /** Resolves once some run has come to the gate while it was shut. */
  waiting(): Promise<void>
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
  const arrived = `${script}.waiting`
  const lines = [
    '#!/bin/sh',
    `case "$*" in ${pattern})`,
    `  [ -e '${key}' ] || : > '${arrived}'`,
    `  while [ ! -e '${key}' ]; do /bin/sleep 0.05; done ;;`,
    'esac',
    `exec '${ffmpeg}' "$@"`,
  ]
  await writeFile(script, lines.join('\n'), { mode: 0o755 })
  return {
    ffmpeg: script,
    open: () => writeFile(key, ''),
    shut: () => rm(key, { force: true }),
    waiting: async () => {
      while (!existsSync(arrived)) await setTimeout(20)
    },
  }
}

/** A stand-in for ffmpeg, as above, some of whose runs can be made to fail. */
export type Saboteur = {
  ffmpeg: string
  /** Lets so many more runs fail whose arguments match. */
  failNext(times: number): Promise<void>
}

/** What ffmpeg says in the runs that fail. */
export const SABOTAGE = 'the disk turned to sand'

export async function sabotageFfmpeg(
  ffmpeg: string,
  folder: string,
  pattern: string,
): Promise<Saboteur> {
  const script = path.join(folder, `ffmpeg-${randomUUID()}`)
  const failures = `${script}.failures`
  await mkdir(failures)
  const lines = [
    '#!/bin/sh',
    `case "$*" in ${pattern})`,
    `  for failure in '${failures}'/*; do`,
    // Of several runs at once each takes another.
    `    if /bin/rm "$failure" 2>/dev/null; then echo '${SABOTAGE}' >&2; exit 1; fi`,
    '  done ;;',
    'esac',
    `exec '${ffmpeg}' "$@"`,
  ]
  await writeFile(script, lines.join('\n'), { mode: 0o755 })
  return {
    ffmpeg: script,
    async failNext(times) {
      for (let n = 0; n < times; n++) await writeFile(path.join(failures, randomUUID()), '')
    },
  }
}
