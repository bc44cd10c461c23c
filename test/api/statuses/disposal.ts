import { it, vi } from 'vitest'
import { MANAGER } from '../../functions/local-app.ts'
import { PIPELINE_LIMIT_MS } from '../../scene.ts'
import { changes, needsVersion } from './changes.ts'
import { body, entitledTo, fitting, PARAMS, reason } from './inputs.ts'
import { recordings, sees, stage } from './stage.ts'

/** What becomes of recordings that are not to be kept. */
export function tellOfDisposal(): void {
  it('to recordings that are not to be kept', async () => {
    const input = { body: { reason, rule: 'non-evidential' } }
    await changes('orderDisposal', 409, recordings.disposed, input)
    const recordedAt = '2026-01-05T09:30:00Z'
    await changes('amendFootage', 200, recordings.disposed, { body: { reason, recordedAt } })
    await changes('orderDisposal', 202, recordings.disposed, input)
    await changes('callOffDisposal', 200, recordings.disposed, { body })
    await changes('orderDisposal', 202, recordings.disposed, input)
    await needsVersion('orderDisposal', input)
    await stage().scene.system.host?.runTimer('driveDisposal')
    await vi.waitFor(
      () => sees('footageManagement', 410, MANAGER, { params: { id: recordings.disposed } }),
      { timeout: PIPELINE_LIMIT_MS, interval: 100 },
    )
    await needsVersion('callOffDisposal', { body })
    for (const operation of stage().api.operations) {
      if (!operation.statuses.includes(410) || ['play', 'renewPlayback'].includes(operation.id)) {
        continue
      }
      const params = { ...PARAMS, id: recordings.disposed }
      await sees(operation.id, 410, entitledTo(operation), { params, ...fitting(operation) })
    }
  })
}
