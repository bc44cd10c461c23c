import { app } from '@azure/functions'
import { listOf, wholeList } from '../../shared/access/pages.ts'
import { route } from '../../shared/http/route.ts'
import {
  pendingBreakGlass,
  pendingBreakGlassSchema,
} from '../../shared/manage/pending-break-glass.ts'

app.http(
  ...route({
    name: 'listBreakGlassRequests',
    method: 'GET',
    path: 'break-glass/requests',
    summary: 'Access in emergencies that the caller may approve, as a second person',
    description:
      'Oldest first, with what one must know of the recording to decide; that is recorded in its audit trail as a look at it. Requests lapse after an hour.',
    tag: 'Emergency access',
    access: { duty: 'approve-break-glass' },
    answers: { 200: { body: listOf(pendingBreakGlassSchema) } },
    async handle({ services, visitor }) {
      return { status: 200, body: wholeList(await pendingBreakGlass(services, await visitor())) }
    },
  }),
)
