import { setTimeout as delay } from 'node:timers/promises'

/** Waits. When the signal aborts, throws its reason, which Node's own timer hides in a cause. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal ? { signal } : {})
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}
