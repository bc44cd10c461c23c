import type { Lane, Message, QueueName } from '../events/messages.ts'
import type { Services } from '../services.ts'
import { abandonWork } from './abandon-work.ts'

/** Seconds before the second attempt, the third and so on; most disturbances are over by the last. */
const WAITS_SECONDS = [15, 60, 240, 900]

/** How long to wait after so many failed attempts, in seconds; null: work is given up. */
export const waitAfter = (failedAttempts: number): number | null =>
  WAITS_SECONDS[failedAttempts - 1] ?? null

/**
 * Sends work that failed once more, to be seen after a wait, or gives it up after the last attempt:
 * at once, so that nobody waits for the reason. The queue's own wait is always the same: it would try
 * a fault of minutes five times in the first of them. Done twice, the work is only attempted more often.
 */
export async function tryAgainLater<Q extends QueueName>(
  services: Services,
  queue: Q,
  message: Message<Q>,
  lane: Lane,
  error: unknown,
): Promise<void> {
  const { queues, config, log } = services
  const { attempt = 1, footageId } = message
  const wait = waitAfter(attempt)
  log.warn('work failed', { queue, footageId, attempt, cause: describe(error) })
  if (wait === null) return abandonWork(services, queue, message)
  const seconds = Math.round(wait * config.retryScale)
  await queues.send(queue, { ...message, attempt: attempt + 1 }, lane, seconds)
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
