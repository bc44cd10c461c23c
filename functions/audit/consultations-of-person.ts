import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { route } from '../../shared/http/route.ts'
import {
  consultationsOfPerson,
  consultationsOfPersonSchema,
  personLogQuerySchema,
} from '../../shared/watch/logs-of-person.ts'

app.http(
  ...route({
    name: 'consultationsOfPerson',
    method: 'GET',
    path: 'people/{oid}/consultations',
    summary: 'What a person looked up beyond single recordings',
    description:
      'Oldest first: searches, and questions about people, cameras and cases. What they did with a recording is in its audit trail. The question is recorded.',
    tag: 'Audit',
    access: { duty: 'watch-access' },
    params: { oid: oidSchema },
    query: personLogQuerySchema,
    limit: 'search',
    answers: { 200: { body: consultationsOfPersonSchema } },
    consults: { what: 'consultations', subject: ({ params: { oid } }) => oid },
    async handle({ services, params: { oid: person }, query, caller: { oid: reader } }) {
      return { status: 200, body: await consultationsOfPerson(services, { reader, person, query }) }
    },
  }),
)
