import { basename } from 'node:path'
import type { DockOutcome } from './dock-recording.ts'
import type { DockProgress } from './progress.ts'

/** Exit codes of the command. Of several files the highest counts. */
export const EXIT = { mayBeWiped: 0, stopped: 1, mismatched: 2, refused: 3 } as const

/** What became of one file: an outcome, or why there is none. */
export type FileResult = { file: string; camera: string; result: DockOutcome | Error }

/** What a command that sent this file alone ends with. */
export function exitCodeOf({ result }: FileResult): number {
  if (result instanceof Error) return EXIT.stopped
  switch (result.outcome) {
    case 'secured':
    case 'already-secured':
      return EXIT.mayBeWiped
    case 'mismatched':
      return EXIT.mismatched
    case 'refused':
      return EXIT.refused
  }
}

/** One sentence for people. */
export function sentenceOf({ file, result }: FileResult): string {
  const name = basename(file)
  if (result instanceof Error) {
    return result.message.includes(file) ? result.message : `${name}: ${result.message}`
  }
  switch (result.outcome) {
    case 'secured':
      return `${name}: secured as ${result.id}`
    case 'already-secured':
      return `${name}: already secured as ${result.id}, nothing to send`
    case 'mismatched': {
      const parts = result.parts.filter(({ state }) => state === 'mismatched')
      const what = parts.map(({ part, problem }) => (problem ? `${part} (${problem})` : part))
      return `${name}: what arrived differs from what was declared, each time it was sent: ${what.join(', ')}; do not wipe the camera`
    }
    case 'refused': {
      const { status, problem, sequence } = result
      const hint = status === 409 ? `; sequence ${sequence} is taken, give --sequence` : ''
      const fields = problem.errors === undefined ? '' : ` ${JSON.stringify(problem.errors)}`
      return `${name}: refused, ${status} ${problem.title}: ${problem.detail ?? ''}${fields}${hint}; do not wipe the camera`
    }
  }
}

/**
 * Whether the camera may be wiped, said once and of all files: of one alone it would be read as leave
 * to wipe those that failed beside it.
 */
export function verdictOf(results: readonly FileResult[]): string {
  const camera = results[0]?.camera
  const secured = results.filter((result) => exitCodeOf(result) === EXIT.mayBeWiped).length
  const count = `${secured} of ${results.length} recordings secured`
  return secured === results.length
    ? `${count}: camera ${camera} may be wiped of them`
    : `${count}: do not wipe camera ${camera}`
}

/** One line of JSON for machines. `mayWipe` is of this recording alone. */
export function jsonOf({ file, camera, result }: FileResult): string {
  const outcome = result instanceof Error ? { outcome: 'stopped', detail: result.message } : result
  const mayWipe = exitCodeOf({ file, camera, result }) === EXIT.mayBeWiped
  return JSON.stringify({ file, camera, mayWipe, ...outcome })
}

/** What the display shows under a recording while it is docked. */
export function progressLine(progress: DockProgress): string {
  switch (progress.step) {
    case 'hashing':
      return `hashing ${share(progress)}`
    case 'declared':
      return `declared as ${progress.id}, sequence ${progress.sequence}`
    case 'sending': {
      const { part, heldBytes } = progress
      return `sending ${part} ${share(progress)}${heldBytes > 0 ? ', going on where it stopped' : ''}`
    }
    case 'waiting':
      return `sent, waiting for verification (${progress.state})`
    case 'sending-again':
      return `did not arrive as declared, sending again: ${progress.parts.join(', ')}`
  }
}

/**
 * Tells what deserves a line of its own where lines cannot be overwritten: each new step, and each
 * quarter of one that is measured in bytes.
 */
export function milestones(): (progress: DockProgress) => boolean {
  let last = ''
  return (progress) => {
    const { step } = progress
    const part = 'part' in progress ? progress.part : ''
    const state = 'state' in progress ? progress.state : ''
    const quarter = 'bytes' in progress ? Math.floor((progress.bytes / progress.totalBytes) * 4) : 0
    const milestone = [step, part, state, quarter].join(' ')
    const isNew = milestone !== last
    last = milestone
    return isNew
  }
}

function share({ bytes, totalBytes }: { bytes: number; totalBytes: number }): string {
  const percent = totalBytes === 0 ? 100 : Math.floor((bytes / totalBytes) * 100)
  return `${percent} % of ${(totalBytes / 1e6).toFixed(1)} MB`
}
