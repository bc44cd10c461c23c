import { lanesOf, QUEUES } from '../events/messages.ts'
import type { Services } from '../services.ts'
import { abandonWork } from './abandon-work.ts'

/** How many messages of one queue a run takes; the next run takes the others. */
const LIMIT_PER_QUEUE = 500

/**
 * Abandons the work that the host has put on poison queues: of workers that died five times over
 * it, and of messages that none could read. What fails is logged and left for a later run. A timer
 * does it for all queues: a trigger on each would ask each of them every second, on every instance.
 */
export async function recordAbandoned(services: Services): Promise<void> {
  const { queues, log } = services
  for (const queue of QUEUES) {
    for (const lane of lanesOf(queue)) {
      let taken = 0
      for await (const { message, settle } of queues.poisoned(queue, lane)) {
        try {
          await abandonWork(services, queue, message)
          await settle()
        } catch (error) {
          log.error('what was given up is not recorded yet', { queue, cause: String(error) })
        }
        taken += 1
        if (taken === LIMIT_PER_QUEUE) break
      }
    }
  }
}
