import { app } from '@azure/functions'
import { oidSchema, registerEntrySchema } from '../../shared/clearance/person.ts'
import { route } from '../../shared/http/route.ts'
import { readRegister } from '../../shared/people/keep-register.ts'

app.http(
  ...route({
    name: 'getPerson',
    method: 'GET',
    path: 'people/{oid}',
    summary: 'What the people register says of a person',
    description:
      'Vetting and assignments included. The ETag is the version that a change rests on. The question is recorded.',
    tag: 'People',
    access: { duty: 'keep-people-register' },
    params: { oid: oidSchema },
    answers: { 200: { body: registerEntrySchema, etag: true } },
    consults: { what: 'person', subject: ({ params: { oid } }) => oid },
    async handle({ services, params }) {
      const { entry, etag } = await readRegister(services, params.oid)
      return { status: 200, body: entry, etag }
    },
  }),
)
