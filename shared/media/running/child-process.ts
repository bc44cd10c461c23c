import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { MediaError, type MediaStage } from '../errors.ts'

/** How much of a program's log is kept for the error message. */
const STDERR_TAIL_BYTES = 16 * 1024
/**
 * Private memory that a child may map; it touches far less of it. Re-encoding 3840 × 2160 with the
 * frame queues of ffmpeg 7 needs the most.
 */
const CHILD_MEMORY_BYTES = 1536 * 1024 * 1024

/** What reads one of a child's output pipes. Throwing kills the child and fails the run. */
export type PipeReader = (pipe: Readable) => Promise<unknown>

/** A run of a child process and its limits. */
export type ChildRun = {
  file: string
  args: string[]
  stage: MediaStage
  /** Readers of standard output and then of file descriptors 3, 4, 5 … */
  pipes: PipeReader[]
  wallMs: number
  /** Longest time without a sign of life: bytes on a pipe, or a call of `touch`. */
  stallMs: number
  signal: AbortSignal
  /** Receives the function by which others tell that the child is alive. */
  onStart?: (touch: () => void) => void
}

/**
 * Runs a program that reads nothing and writes only to pipes, and returns its log's tail once it
 * has ended and every pipe is read. It runs in a process group of its own, with nothing in its
 * environment. Where `prlimit` exists it can write no file and has bounded memory, and where
 * `setpriv` exists it does not outlive this process, even if that is killed.
 * Its output is disposable, so it is never asked to stop but killed, group and all.
 * @throws MediaError, or whatever a pipe reader threw
 */
export async function runChild(run: ChildRun): Promise<string> {
  if (run.signal.aborted) throw aborted(run)
  const [file, args] = withLimits(run)
  const child = spawn(file, args, {
    detached: true,
    env: CHILD_ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe', ...run.pipes.slice(1).map(() => 'pipe' as const)],
  })
  // The first reason to end is the one reported; what follows from the kill is noise.
  let failure: unknown
  let closed = false
  const fail = (error: unknown) => {
    failure ??= error
    // Until its pipes are closed someone of its group lives, even if it has ended itself.
    if (!closed) killGroup(child)
  }
  const onAbort = () => fail(aborted(run))
  run.signal.addEventListener('abort', onAbort)
  const wall = setTimeout(() => fail(tooLong(run)), run.wallMs)
  const stall = setTimeout(() => fail(stalled(run)), run.stallMs)
  const touch = () => void stall.refresh()
  run.onStart?.(touch)
  try {
    const ended = new Promise<number | string>((resolve) => {
      child.on('error', (error) => {
        fail(
          new MediaError(run.stage, 'run-failed', `${nameOf(run)} cannot be started.`, {
            cause: error,
          }),
        )
        resolve('error')
      })
      child.on('close', (code, signal) => {
        closed = true
        resolve(code ?? signal ?? 'unknown')
      })
    })
    const tail = stderrTail(child)
    const reading = run.pipes.map(async (read, n) => {
      const pipe = child.stdio[n === 0 ? 1 : n + 2] as Readable
      pipe.on('data', touch).pause()
      try {
        await read(pipe)
        // A reader that has seen enough must not block the child's further writing.
        pipe.resume()
        await finished(pipe, { writable: false })
      } catch (error) {
        fail(error)
      }
    })
    const code = await ended
    await Promise.all(reading)
    // A child that failed by itself explains what its readers then complained about.
    if (failure !== undefined && (code === 0 || typeof code === 'string')) throw failure
    if (code !== 0)
      throw new MediaError(
        run.stage,
        'run-failed',
        `${nameOf(run)} ended with ${code}. Its last words: ${redact(tail())}`,
        { cause: failure },
      )
    return tail()
  } finally {
    clearTimeout(wall)
    clearTimeout(stall)
    run.signal.removeEventListener('abort', onAbort)
    if (!closed) killGroup(child)
  }
}

/** Takes addresses and paths out of a program's log: they carry the proxy's token. */
export const redact = (text: string): string =>
  text
    .replace(/[a-z]+:\/\/[^\s'"]+/gi, '<address>')
    .replace(/(^|[\s'"=])\/[^\s'":]+/g, '$1<path>')
    .trim()

/**
 * Has the program started by `setpriv`, which lets it die with this process should that be killed,
 * and by `prlimit`: each sets its limit and becomes the next. Both belong to util-linux.
 */
function withLimits({ file, args }: ChildRun): [string, string[]] {
  const limits = [
    ...tool('setpriv', '--pdeathsig', 'KILL'),
    ...tool('prlimit', '--fsize=0', '--core=0', `--data=${CHILD_MEMORY_BYTES}`),
  ]
  const [first = file, ...rest] = [...limits, file, ...args]
  return [first, rest]
}

function tool(name: string, ...options: string[]): string[] {
  const found = TOOL_FOLDERS.map((folder) => `${folder}/${name}`).find((path) => existsSync(path))
  return found ? [found, ...options] : []
}

/**
 * No secrets, and no character set modules: text inside a transport stream would have them loaded,
 * which crashes statically linked builds. Few arenas: threads would each reserve memory of their own.
 */
const CHILD_ENVIRONMENT = { GCONV_PATH: '/nonexistent', MALLOC_ARENA_MAX: '2' }

const TOOL_FOLDERS = ['/usr/bin', '/bin']

function stderrTail(child: ChildProcess): () => string {
  let tail = Buffer.alloc(0)
  child.stderr?.on('data', (piece: Buffer) => {
    tail = Buffer.concat([tail, piece]).subarray(-STDERR_TAIL_BYTES)
  })
  return () => tail.toString('utf8')
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // ESRCH: it has ended by itself in the meantime.
  }
}

const nameOf = ({ file }: ChildRun) => (file.includes('ffprobe') ? 'ffprobe' : 'ffmpeg')
const aborted = ({ stage, signal }: ChildRun) =>
  new MediaError(stage, 'aborted', 'The work was withdrawn.', { cause: signal.reason })
const tooLong = (run: ChildRun) =>
  new MediaError(run.stage, 'run-too-long', `${nameOf(run)} ran for more than ${run.wallMs} ms.`)
const stalled = (run: ChildRun) =>
  new MediaError(run.stage, 'run-stalled', `${nameOf(run)} did nothing for ${run.stallMs} ms.`)
