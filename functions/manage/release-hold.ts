import { app } from '@azure/functions'
import { unitSchema } from '../../shared/clearance/boroughs.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { changeFootage } from '../../shared/manage/change.ts'
import { changed, changeRequest, FOOTAGE_CHANGE, STALE } from '../../shared/manage/changed.ts'
import { planHoldRelease } from '../../shared/manage/holds.ts'
import { reasonOnlySchema } from '../../shared/records/reason.ts'

app.http(
  ...route({
    name: 'releaseHold',
    method: 'DELETE',
    path: 'footage/{id}/holds/{name}',
    summary: 'Releases a hold of a recording',
    description:
      '404 where there is no hold of that name. Recorded in the audit trail, with the reason.',
    tag: 'Managing',
    access: { action: 'hold' },
    params: { id: footageIdSchema, name: unitSchema },
    body: reasonOnlySchema,
    ...FOOTAGE_CHANGE,
    problems: STALE,
    async handle({ services, params: { id, name }, headers, body, visitor }) {
      const request = await changeRequest(id, { headers, body, visitor })
      return changed(
        await changeFootage(services, request, 'hold', (footage) => planHoldRelease(footage, name)),
      )
    },
  }),
)
