import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { footageEtag } from '../../shared/manage/etag.ts'
import { managementView, managementViewSchema } from '../../shared/manage/management-view.ts'

app.http(
  ...route({
    name: 'footageManagement',
    method: 'GET',
    path: 'footage/{id}/management',
    summary: 'How a recording is marked, held and shared, for those who manage it',
    access: { action: 'mark' },
    params: { id: footageIdSchema },
    answers: { 200: { body: managementViewSchema, etag: true } },
    async handle({ services, params, visitor }) {
      const view = await managementView(services, await visitor(), params.id)
      return { status: 200, body: view, etag: footageEtag(view) }
    },
  }),
)
