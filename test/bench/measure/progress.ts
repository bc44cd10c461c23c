import type { LocalSystem } from '../../../infra/local/local-system.ts'
import { samplePeople } from '../../../infra/local/sample-people.ts'
import type { JobWatch } from './jobs.ts'

/** When a recording could first be played, and when it was ready; seconds of `performance.now()`. */
export type Progress = { playableAt: number; readyAt: number }

/** Asked even if no log line gave reason to: a line may be lost, the bench must not hang on it. */
const LOOK_AGAIN_MS = 10_000

/**
 * Waits until a recording is ready, as a person sees it. Asked each time that something was
 * published and hardly ever else: asking costs time of what is measured.
 * @throws Error if it becomes unplayable or fails; the signal's reason
 */
export async function watchProgress(
  { api, issuer }: LocalSystem,
  id: string,
  onFinished: JobWatch['onFinished'],
  signal: AbortSignal,
): Promise<Progress> {
  const manager = samplePeople.find(({ roles }) => roles.includes('EvidenceManager'))
  const authorization = `Bearer ${await issuer.tokenFor(manager?.name ?? '')}`
  let wake = Promise.withResolvers<void>()
  onFinished('indexRendition', () => wake.resolve())
  const again = setInterval(() => wake.resolve(), LOOK_AGAIN_MS)
  let playableAt: number | null = null
  try {
    for (;;) {
      wake = Promise.withResolvers()
      const reply = await fetch(`${api}/footage/${id}/progress`, {
        headers: { authorization },
        signal,
      })
      const seen = (await reply.json()) as { state: string; playable: boolean }
      const now = performance.now() / 1000
      if (seen.playable) playableAt ??= now
      if (seen.state === 'ready') return { playableAt: playableAt ?? now, readyAt: now }
      if (seen.state === 'unplayable' || seen.state === 'failed')
        throw new Error(JSON.stringify(seen))
      signal.throwIfAborted()
      await wake.promise
    }
  } finally {
    clearInterval(again)
  }
}
