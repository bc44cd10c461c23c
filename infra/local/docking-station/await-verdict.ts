import type { AppClient } from './app-client.ts'
import type { UploadStatus } from './contract.ts'
import { pause } from './pause.ts'

/**
 * Asks for the status of an upload until the camera may be wiped or something must be sent again.
 * There is no time limit: a dock waits as long as the camera stands in it. `onState` is told each
 * state once.
 * @returns the status that decides; a mismatch outweighs permission to wipe.
 */
export async function awaitVerdict(
  app: AppClient,
  id: string,
  pollIntervalMs: number,
  signal: AbortSignal | undefined,
  onState: (state: string) => void,
): Promise<UploadStatus> {
  for (let lastState = ''; ; ) {
    const status = await app.status(id)
    if (status.sendAgain.length > 0 || status.mayWipe) return status
    if (status.state !== lastState) onState(status.state)
    lastState = status.state
    await pause(pollIntervalMs, signal)
  }
}
