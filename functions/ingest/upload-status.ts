import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { uploadStatus, uploadStatusSchema } from '../../shared/ingest/upload-status.ts'

app.http(
  ...route({
    name: 'uploadStatus',
    method: 'GET',
    path: 'uploads/{id}',
    summary: 'What has become of an upload, and whether the camera may be wiped',
    access: { duty: 'upload-footage' },
    params: { id: footageIdSchema },
    answers: { 200: { body: uploadStatusSchema } },
    async handle({ services, caller: { oid }, clientAddress, params }) {
      const dock = { oid, clientAddress }
      return { status: 200, body: await uploadStatus(services, dock, params.id) }
    },
  }),
)
