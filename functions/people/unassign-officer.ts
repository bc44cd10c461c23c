import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { referencePathSchema } from '../../shared/clearance/references.ts'
import { ifMatch } from '../../shared/http/optional-header.ts'
import { route } from '../../shared/http/route.ts'
import { STALE } from '../../shared/manage/changed.ts'
import { assign, assignmentsSchema } from '../../shared/people/assign.ts'
import { reasonOnlySchema } from '../../shared/records/reason.ts'

app.http(
  ...route({
    name: 'unassignOfficer',
    method: 'DELETE',
    path: 'people/{oid}/assignments/{type}/{*value}',
    summary: 'Ends the assignment of a person',
    description:
      'It counts from the person’s next request on. For administrators and, of their own unit or borough, supervisors; never for oneself (403). Kept in the history of the entry, with the reason.',
    tag: 'People',
    access: { duty: 'assign-officers' },
    params: { oid: oidSchema, ...referencePathSchema.shape },
    headers: ifMatch,
    body: reasonOnlySchema,
    answers: { 200: { body: assignmentsSchema, etag: true } },
    problems: STALE,
    async handle({ services, params: { oid, ...reference }, headers, body, principal }) {
      const request = { oid, reference, ifMatch: headers['if-match'], ...body }
      const now = await assign(services, await principal(), request, 'unassigned')
      return { status: 200, body: { oid, assignments: now.assignments }, etag: now.etag }
    },
  }),
)
