import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { route } from '../../shared/http/route.ts'
import { assignmentsSchema, readAssignments } from '../../shared/people/assign.ts'

app.http(
  ...route({
    name: 'personAssignments',
    method: 'GET',
    path: 'people/{oid}/assignments',
    summary: 'What a person works on, for those who assign them',
    description:
      'For administrators and, of their own unit or borough, supervisors; 404 to other supervisors. The ETag is the version that a change rests on. The question is recorded.',
    tag: 'People',
    access: { duty: 'assign-officers' },
    params: { oid: oidSchema },
    answers: { 200: { body: assignmentsSchema, etag: true } },
    consults: { what: 'person-assignments', subject: ({ params: { oid } }) => oid },
    async handle({ services, params: { oid }, principal }) {
      const { assignments, etag } = await readAssignments(services, await principal(), oid)
      return { status: 200, body: { oid, assignments }, etag }
    },
  }),
)
