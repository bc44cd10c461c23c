import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { askBreakGlass, askedSchema } from '../../shared/manage/ask-break-glass.ts'
import { reasonOnlySchema } from '../../shared/manage/reason.ts'

app.http(
  ...route({
    name: 'askBreakGlass',
    method: 'POST',
    path: 'footage/{id}/break-glass',
    summary: 'Asks for access in an emergency, which a second person must approve',
    access: { action: 'break-glass' },
    params: { id: footageIdSchema },
    body: reasonOnlySchema,
    limit: 'break-glass',
    answers: { 202: { body: askedSchema } },
    async handle({ services, params, body, visitor }) {
      const asked = await askBreakGlass(services, await visitor(), params.id, body.reason)
      const { request, approveBefore } = asked
      return { status: 202, body: { request, state: 'pending', approveBefore } }
    },
  }),
)
