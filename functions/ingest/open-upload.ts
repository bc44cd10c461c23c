import { app } from '@azure/functions'
import { edge } from '../../shared/http/edge.ts'
import { openUpload } from '../../shared/ingest/open-upload.ts'
import { uploadRequestSchema } from '../../shared/ingest/upload-request.ts'

/** A dock asks for leave to upload a recording. */
export const handleOpenUpload = edge(async (call) => {
  const dock = await call.caller('upload-footage')
  const request = await call.body(uploadRequestSchema)
  const { created, upload } = await openUpload(call.services, dock, request)
  return { status: created ? 201 : 200, jsonBody: upload }
})

app.http('openUpload', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'uploads',
  handler: handleOpenUpload,
})
