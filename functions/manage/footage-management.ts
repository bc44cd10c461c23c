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
    description:
      'Marking, restrictions, grants, holds, cases, corrections, retention and requests of emergencies. It shows nothing of the footage, so that those who manage a recording reach it although it is closed to view. The ETag is the version that changes rest on. Recorded in the audit trail.',
    tag: 'Managing',
    access: { action: 'mark' },
    params: { id: footageIdSchema },
    answers: { 200: { body: managementViewSchema, etag: true } },
    async handle({ services, params, visitor }) {
      const view = await managementView(services, await visitor(), params.id)
      return { status: 200, body: view, etag: footageEtag(view) }
    },
  }),
)
