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
    description:
      'Call it again for the same recording (camera, sequence and bytes) to go on with an upload that was interrupted: it answers with the same id, and URLs for the parts that are still wanted. Each URL is a write-only SAS for one blob in storage: send blocks (Put Block) and then their list (Put Block List) there, not here. Recorded in the audit trail once the bytes are verified.',
    tag: 'Docking',
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
