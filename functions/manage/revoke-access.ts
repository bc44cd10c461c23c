import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { changed, changeRequest, FOOTAGE_CHANGE, STALE } from '../../shared/manage/changed.ts'
import { revokeAccess } from '../../shared/manage/grants.ts'
import { reasonOnlySchema } from '../../shared/records/reason.ts'

app.http(
  ...route({
    name: 'revokeAccess',
    method: 'DELETE',
    path: 'footage/{id}/grants/{oid}',
    summary: 'Takes away the access that a person was given by name',
    description:
      'All that the person was given by name, an access in an emergency that is still open included: it ends at once, before any review, and with it what they are viewing. 404 where they were given nothing. Recorded in the audit trail, with the reason.',
    tag: 'Managing',
    access: { action: 'grant' },
    params: { id: footageIdSchema, oid: oidSchema },
    body: reasonOnlySchema,
    ...FOOTAGE_CHANGE,
    problems: STALE,
    async handle({ services, params: { id, oid }, headers, body, visitor }) {
      const request = await changeRequest(id, { headers, body, visitor })
      return changed(await revokeAccess(services, request, oid))
    },
  }),
)
