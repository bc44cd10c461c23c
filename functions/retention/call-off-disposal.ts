import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { changeFootage } from '../../shared/manage/change.ts'
import { changed, changeRequest, FOOTAGE_CHANGE, STALE } from '../../shared/manage/changed.ts'
import { reasonOnlySchema } from '../../shared/records/reason.ts'
import { planCallOff } from '../../shared/retention/order-disposal.ts'

app.http(
  ...route({
    name: 'callOffDisposal',
    method: 'DELETE',
    path: 'footage/{id}/disposal',
    summary: 'Calls a disposal off that has not begun',
    description:
      '404 where none was ordered, or it has begun. Recorded in the audit trail, with the reason.',
    tag: 'Retention',
    access: { action: 'dispose' },
    params: { id: footageIdSchema },
    body: reasonOnlySchema,
    ...FOOTAGE_CHANGE,
    problems: STALE,
    async handle({ services, params: { id }, headers, body, visitor }) {
      const request = await changeRequest(id, { headers, body, visitor })
      return changed(await changeFootage(services, request, 'dispose', planCallOff))
    },
  }),
)
