import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { footageEtag } from '../../shared/manage/etag.ts'
import { managementView } from '../../shared/manage/management-view.ts'

/** How a recording is marked, held and shared, for those who manage it. */
export const handleFootageManagement = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const view = await managementView(call.services, visitor, id)
  return { jsonBody: view, headers: { etag: footageEtag(view) } }
})

app.http('footageManagement', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'footage/{id}/management',
  handler: handleFootageManagement,
})
