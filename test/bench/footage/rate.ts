import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { CommandCost } from '../measure/command.ts'

/** How much an encoder may spend: its options by name. */
export type Rate = Record<string, string>

/** Searching for a size ends at this one or after so many runs; the first is at a usual quality. */
const SAME_SIZE = 0.005
const MOST_RUNS = 6
const FIRST_CRF = 28
/**
 * By how much the logarithm of the size falls where the rate factor is one more: what is usual, and
 * the least that is believed where a bound of rate keeps the size.
 */
const USUAL_FALL = Math.LN2 / 6
const LEAST_FALL = USUAL_FALL / 2

/**
 * Seeks the rate factor at which an encoder writes so many bytes: the same factor gives other sizes
 * with other options. From the second run on by the fall that was seen (secant method): of noisy
 * pictures it is twice the usual one.
 * @param encode encodes at a factor
 * @returns the factor, and what the run at it cost
 */
export async function factorOfSize(
  bytes: number,
  encode: (crf: string) => Promise<CommandCost & { bytes: number }>,
): Promise<CommandCost & { crf: string }> {
  let before: { factor: number; excess: number } | null = null
  for (let factor = FIRST_CRF, n = 1; ; n++) {
    const crf = factor.toFixed(2)
    const { bytes: written, ...cost } = await encode(crf)
    const excess = Math.log(written / bytes)
    if (Math.abs(excess) <= SAME_SIZE || n === MOST_RUNS) return { ...cost, crf }
    const seen: number = before ? (before.excess - excess) / (factor - before.factor) : USUAL_FALL
    before = { factor, excess }
    factor += excess / Math.max(seen, LEAST_FALL)
  }
}

/** The same options of an encoder, but for its rate. */
export const atRate = (encoder: readonly string[], rate: Rate): string[] =>
  encoder.map((option, n) => rate[encoder[n - 1] ?? ''] ?? option)

/**
 * A stand-in for ffmpeg that encodes at another rate and is the same program in all else: what the
 * pipeline would cost if its policy were that rate.
 * @returns the program to be used in its place
 */
export async function ffmpegAtRate(ffmpeg: string, folder: string, rate: Rate): Promise<string> {
  const script = path.join(folder, 'ffmpeg-at-rate')
  const lines = [
    '#!/bin/sh',
    'for option do',
    '  shift',
    '  case "$before" in',
    ...Object.entries(rate).map(([name, value]) => `    ${name}) option='${value}' ;;`),
    '  esac',
    '  set -- "$@" "$option"',
    '  before=$option',
    'done',
    `exec '${ffmpeg}' "$@"`,
  ]
  await writeFile(script, lines.join('\n'), { mode: 0o755 })
  return script
}
