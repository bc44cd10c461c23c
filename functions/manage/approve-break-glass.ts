import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { approveBreakGlass, approvedSchema } from '../../shared/manage/approve-break-glass.ts'
import { requestKeySchema } from '../../shared/records/break-glass.ts'

app.http(
  ...route({
    name: 'approveBreakGlass',
    method: 'POST',
    path: 'footage/{id}/break-glass/{request}/approval',
    summary: 'Approves, as a second person, access in an emergency',
    description:
      'Gives whoever asked four hours of viewing, and puts the access on the list of what an auditor reviews. Approving again changes nothing. 403 for one’s own request; 409 if its hour is over, or it is settled, refused or ended. Recorded in the audit trail.',
    tag: 'Emergency access',
    access: { action: 'approve-break-glass' },
    params: { id: footageIdSchema, request: requestKeySchema },
    answers: { 200: { body: approvedSchema } },
    problems: ['forbidden', 'conflict'],
    async handle({ services, params: { id, request }, visitor }) {
      const approval = await approveBreakGlass(services, await visitor(), id, request)
      return { status: 200, body: { request, state: 'approved', ...approval } }
    },
  }),
)
