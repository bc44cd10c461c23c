import type { AppClient } from './app-client.ts'
import type { PartName, UploadStatus } from './contract.ts'
import { pause } from './pause.ts'

/**
 * Asks for the status of an upload until the camera may be wiped or something must be sent again.
 * There is no time limit: a dock waits as long as the camera stands in it.
 * @param before the status at the time of sending, or null for a new upload: a mismatch that it
 *   already shows is about bytes sent earlier
 * @param onState is told each state once
 * @returns the status that decides; a mismatch outweighs permission to wipe.
 */
export async function awaitVerdict(
  app: AppClient,
  id: string,
  before: UploadStatus | null,
  pollIntervalMs: number,
  signal: AbortSignal | undefined,
  onState: (state: string) => void,
): Promise<UploadStatus> {
  for (let lastState = ''; ; ) {
    const status = await app.status(id)
    if (status.mayWipe || status.sendAgain.some((part) => isNews(part, status, before)))
      return status
    if (status.state !== lastState) onState(status.state)
    lastState = status.state
    await pause(pollIntervalMs, signal)
  }
}

/** An app that does not count mismatches is taken at its word each time. */
function isNews(name: PartName, status: UploadStatus, before: UploadStatus | null): boolean {
  const count = mismatchesOf(name, status)
  return count === undefined || count > (before ? (mismatchesOf(name, before) ?? 0) : 0)
}

function mismatchesOf(name: PartName, { parts }: UploadStatus): number | undefined {
  return parts.find(({ part }) => part === name)?.mismatches
}
