import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { changed, changeRequest, FOOTAGE_CHANGE, STALE } from '../../shared/manage/changed.ts'
import { grantAccess, grantRequestSchema } from '../../shared/manage/grants.ts'

app.http(
  ...route({
    name: 'grantAccess',
    method: 'PUT',
    path: 'footage/{id}/grants/{oid}',
    summary: 'Gives one person access by name, for a time',
    description:
      'In place of what that person had by name on this recording. At most a year, at most 30 people, and never for oneself (403); 409 for a person who is not in the register. Recorded in the audit trail, with the reason.',
    tag: 'Managing',
    access: { action: 'grant' },
    params: { id: footageIdSchema, oid: oidSchema },
    body: grantRequestSchema,
    ...FOOTAGE_CHANGE,
    problems: [...STALE, 'conflict', 'forbidden'],
    async handle({ services, params: { id, oid }, headers, body, visitor }) {
      const request = await changeRequest(id, { headers, body, visitor })
      return changed(await grantAccess(services, request, oid, body))
    },
  }),
)
