import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { uploadStatus } from '../../shared/ingest/upload-status.ts'

/** A dock asks what has become of its upload, and whether the camera may be wiped. */
export const handleUploadStatus = edge(async (call) => {
  const dock = await call.caller('upload-footage')
  const id = call.param('id', footageIdSchema)
  return { jsonBody: await uploadStatus(call.services, dock, id) }
})

app.http('uploadStatus', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'uploads/{id}',
  handler: handleUploadStatus,
})
