import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { route } from '../../shared/http/route.ts'
import { readHistory, registerHistorySchema } from '../../shared/people/keep-register.ts'

app.http(
  ...route({
    name: 'personHistory',
    method: 'GET',
    path: 'people/{oid}/history',
    summary: 'Every change of what the people register says of a person',
    description:
      'First one first; `whole` says whether the hash chain of the changes is unbroken. The question is recorded.',
    tag: 'People',
    access: { duty: 'read-people-history' },
    params: { oid: oidSchema },
    answers: { 200: { body: registerHistorySchema } },
    consults: { what: 'person-history', subject: ({ params: { oid } }) => oid },
    async handle({ services, params: { oid } }) {
      return { status: 200, body: await readHistory(services, oid) }
    },
  }),
)
