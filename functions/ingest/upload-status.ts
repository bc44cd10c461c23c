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
    description:
      'Ask until `mayWipe` is true: then every part is verified against its declared hash and immutable, whether it plays or not. Parts in `sendAgain` arrived with other bytes than declared; open the upload again and send them once more. A dock sees its own uploads alone.',
    tag: 'Docking',
    access: { duty: 'upload-footage' },
    params: { id: footageIdSchema },
    answers: { 200: { body: uploadStatusSchema } },
    async handle({ services, caller: { oid }, clientAddress, params }) {
      const dock = { oid, clientAddress }
      return { status: 200, body: await uploadStatus(services, dock, params.id) }
    },
  }),
)
