import { portsFrom } from '../../../infra/local/ports.ts'
import { requireFreePorts } from '../../../infra/local/start/free-ports.ts'
import { StartError } from '../../../infra/local/start/start-error.ts'

/** Below the ports that systems give out by themselves. */
const LOWEST = 20_000
const HIGHEST = 32_000

/** The first of a block of ports that are free now, and that nothing asks for by chance. */
export async function freeBlock(): Promise<number> {
  for (;;) {
    const first = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    try {
      await requireFreePorts({ ...portsFrom(first), player: first + 7 })
      return first
    } catch (error) {
      if (!(error instanceof StartError)) throw error
    }
  }
}
