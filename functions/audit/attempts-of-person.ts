import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { route } from '../../shared/http/route.ts'
import {
  attemptsOfPerson,
  attemptsOfPersonSchema,
  personLogQuerySchema,
} from '../../shared/watch/logs-of-person.ts'

app.http(
  ...route({
    name: 'attemptsOfPerson',
    method: 'GET',
    path: 'people/{oid}/attempts',
    summary: 'What was refused to a person, and why',
    description:
      'Oldest first: what they asked for and may not have, or what is not there, each with the time, the action and the reason. The question is recorded.',
    tag: 'Audit',
    access: { duty: 'watch-access' },
    params: { oid: oidSchema },
    query: personLogQuerySchema,
    limit: 'search',
    answers: { 200: { body: attemptsOfPersonSchema } },
    consults: { what: 'attempts', subject: ({ params: { oid } }) => oid },
    async handle({ services, params: { oid: person }, query, caller: { oid: reader } }) {
      return { status: 200, body: await attemptsOfPerson(services, { reader, person, query }) }
    },
  }),
)
