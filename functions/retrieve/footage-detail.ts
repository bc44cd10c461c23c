import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { footageEtag } from '../../shared/manage/etag.ts'
import { footageDetail } from '../../shared/retrieve/footage-detail.ts'

/** Everything about a recording but the footage itself. */
export const handleFootageDetail = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const detail = await footageDetail(call.services, visitor, id)
  return { jsonBody: detail, headers: { etag: footageEtag(detail) } }
})

app.http('footageDetail', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'footage/{id}',
  handler: handleFootageDetail,
})
