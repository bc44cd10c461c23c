import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpuSecondsOfEndedChildren } from './processes.ts'

/** How long a command took, and how much user and system time it used, children included. */
export type CommandCost = { seconds: number; cpuSeconds: number }

/** How much of a failed command's complaint is shown. */
const TAIL_CHARACTERS = 600

/**
 * Runs a command to its end. Nothing else that this process has started may end meanwhile: it would
 * be counted in.
 * @throws Error with the command's last words
 */
export async function costOf(
  file: string,
  args: string[],
  options: SpawnOptions = {},
): Promise<CommandCost> {
  const cpuBefore = cpuSecondsOfEndedChildren()
  const began = performance.now()
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  let tail = ''
  child.stderr?.on('data', (piece: Buffer) => {
    tail = (tail + piece.toString()).slice(-TAIL_CHARACTERS)
  })
  const [code, signal] = await once(child, 'close')
  const seconds = (performance.now() - began) / 1000
  if (code !== 0) throw new Error(`${file} ended with ${code ?? signal}: ${tail.trim()}`)
  return { seconds, cpuSeconds: cpuSecondsOfEndedChildren() - cpuBefore }
}

/** The costs of commands that are run one after the other. */
export const total = (...costs: CommandCost[]): CommandCost => ({
  seconds: costs.reduce((sum, { seconds }) => sum + seconds, 0),
  cpuSeconds: costs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
})
