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
