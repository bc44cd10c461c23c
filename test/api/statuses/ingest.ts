import { it } from 'vitest'
import { DOCK, MANAGER, sha256, uploadRequest } from '../../functions/local-app.ts'
import { body } from './inputs.ts'
import { mayWipe, recordings, sees } from './stage.ts'

/** What docks do, and what comes of recordings that are not as declared. */
export function tellOfIngest(): void {
  it('by docks', async () => {
    const request = uploadRequest('abc')
    await sees('openUpload', 201, DOCK, { body: request })
    await sees('openUpload', 200, DOCK, { body: request })
    const recording = { ...request.recording, sha256: sha256('abd') }
    await sees('openUpload', 409, DOCK, { body: { ...request, recording } })
    const blocks = { params: { id: recordings.announced }, query: { part: 'recording' } }
    await sees('uploadBlocks', 200, DOCK, blocks)
    await sees('uploadBlocks', 404, DOCK, { ...blocks, query: { part: 'gps-track' } })
  })

  it('to recordings that are not as declared', async () => {
    await sees('listQuarantine', 200, MANAGER)
    const params = { id: recordings.quarantined }
    await sees('inspectQuarantine', 200, MANAGER, { params })
    await sees('releaseQuarantine', 202, MANAGER, { params, body })
    await mayWipe(recordings.quarantined)
    await sees('releaseQuarantine', 409, MANAGER, { params, body })
    await sees('redriveRenditions', 202, MANAGER, { params: { id: recordings.announced } })
    await sees('makeUrgent', 202, MANAGER, { params: { id: recordings.announced } })
  })
}
