import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { referencePathSchema } from '../../shared/footage/references.ts'
import { route } from '../../shared/http/route.ts'
import { assign, assignmentsSchema } from '../../shared/people/assign.ts'

app.http(
  ...route({
    name: 'assignOfficer',
    method: 'PUT',
    path: 'people/{oid}/assignments/{type}/{*value}',
    summary: 'Assigns a person to an incident, a crime or a case',
    access: { duty: 'assign-officers' },
    params: { oid: oidSchema, ...referencePathSchema.shape },
    answers: { 200: { body: assignmentsSchema } },
    problems: ['conflict'],
    async handle({ services, params: { oid, ...reference }, principal }) {
      const assignments = await assign(services, await principal(), oid, reference, 'assigned')
      return { status: 200, body: { oid, assignments } }
    },
  }),
)
