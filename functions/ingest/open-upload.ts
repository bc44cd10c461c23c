import { app } from '@azure/functions'
import { route } from '../../shared/http/route.ts'
import { openedUploadSchema, openUpload } from '../../shared/ingest/open-upload.ts'
import { uploadRequestSchema } from '../../shared/ingest/upload-request.ts'

app.http(
  ...route({
    name: 'openUpload',
    method: 'POST',
    path: 'uploads',
    summary: 'Leave to upload a recording, with a URL for each part that is still wanted',
    access: { duty: 'upload-footage' },
    body: uploadRequestSchema,
    answers: { 200: { body: openedUploadSchema }, 201: { body: openedUploadSchema } },
    problems: ['conflict'],
    async handle({ services, caller, body }) {
      const { created, upload } = await openUpload(services, caller, body)
      return { status: created ? 201 : 200, body: upload }
    },
  }),
)
