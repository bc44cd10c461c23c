import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { askBreakGlass, askedSchema } from '../../shared/manage/ask-break-glass.ts'
import { reasonOnlySchema } from '../../shared/records/reason.ts'

app.http(
  ...route({
    name: 'askBreakGlass',
    method: 'POST',
    path: 'footage/{id}/break-glass',
    summary: 'Asks for access in an emergency, which a second person must approve',
    description:
      'It opens nothing until a second person approves it within an hour. The answer is the same whether there is such a recording or not; `break-glass/own` tells what became of it. Recorded in the audit trail of a recording that there is, with the reason.',
    tag: 'Emergency access',
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
