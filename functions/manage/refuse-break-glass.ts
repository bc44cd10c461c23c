import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import {
  refusalSchema,
  refuseBreakGlass,
  refusedSchema,
} from '../../shared/manage/refuse-break-glass.ts'
import { requestKeySchema } from '../../shared/records/break-glass.ts'

app.http(
  ...route({
    name: 'refuseBreakGlass',
    method: 'POST',
    path: 'footage/{id}/break-glass/{request}/refusal',
    summary: 'Refuses access in an emergency that another asked for',
    description:
      'It leaves the list of what is to be approved. Whoever asked learns of it only with `tellRequester`, for that tells them that there is such a recording; else it lapses for them. 403 for one’s own request; 409 if its hour is over, or it is settled. Recorded in the audit trail, with the reason.',
    tag: 'Emergency access',
    access: { action: 'approve-break-glass' },
    params: { id: footageIdSchema, request: requestKeySchema },
    body: refusalSchema,
    answers: { 200: { body: refusedSchema } },
    problems: ['forbidden', 'conflict'],
    async handle({ services, params: { id, request }, body, visitor }) {
      const { at } = await refuseBreakGlass(services, await visitor(), id, request, body)
      return { status: 200, body: { request, state: 'refused', at } }
    },
  }),
)
