import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { footageEtag } from '../../shared/manage/etag.ts'
import { footageDetail, footageDetailSchema } from '../../shared/retrieve/footage-detail.ts'

app.http(
  ...route({
    name: 'footageDetail',
    method: 'GET',
    path: 'footage/{id}',
    summary: 'Everything about a recording but the footage itself',
    description:
      'Its metadata as corrected, its parts and renditions, where it stands and what it may not be used for. The ETag is the version that changes rest on. Recorded in the audit trail as consultation.',
    tag: 'Finding',
    access: { action: 'list' },
    params: { id: footageIdSchema },
    answers: { 200: { body: footageDetailSchema, etag: true } },
    async handle({ services, params, visitor }) {
      const detail = await footageDetail(services, await visitor(), params.id)
      return { status: 200, body: detail, etag: footageEtag(detail) }
    },
  }),
)
