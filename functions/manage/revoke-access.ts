import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { changeFootage } from '../../shared/manage/change.ts'
import { changed, changeRequest, FOOTAGE_CHANGE, STALE } from '../../shared/manage/changed.ts'
import { planRevocation } from '../../shared/manage/grants.ts'
import { reasonOnlySchema } from '../../shared/manage/reason.ts'

app.http(
  ...route({
    name: 'revokeAccess',
    method: 'DELETE',
    path: 'footage/{id}/grants/{oid}',
    summary: 'Takes away the access that a person was given by name',
    access: { action: 'grant' },
    params: { id: footageIdSchema, oid: oidSchema },
    body: reasonOnlySchema,
    ...FOOTAGE_CHANGE,
    problems: STALE,
    async handle({ services, params: { id, oid }, headers, body, visitor }) {
      const request = await changeRequest(id, { headers, body, visitor })
      return changed(
        await changeFootage(services, request, 'grant', (footage) => planRevocation(footage, oid)),
      )
    },
  }),
)
