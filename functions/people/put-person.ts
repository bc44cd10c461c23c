import { app } from '@azure/functions'
import { oidSchema, registerEntrySchema } from '../../shared/clearance/person.ts'
import { ifMatch } from '../../shared/http/optional-header.ts'
import { route } from '../../shared/http/route.ts'
import { registerRequestSchema, writeRegister } from '../../shared/people/keep-register.ts'

app.http(
  ...route({
    name: 'putPerson',
    method: 'PUT',
    path: 'people/{oid}',
    summary: 'Adds a person to the register, or replaces the entry that If-Match names',
    description:
      'Send the whole entry and why it changes. Without If-Match a person is added (412 if they are there). It counts from that person’s next request on, whatever their token says. Nobody changes their own entry (403). 409 if someone else has the warrant number. Kept in the history of the entry, with the reason.',
    tag: 'People',
    access: { duty: 'keep-people-register' },
    params: { oid: oidSchema },
    headers: ifMatch,
    body: registerRequestSchema,
    answers: { 200: { body: registerEntrySchema, etag: true } },
    problems: ['conflict', 'precondition-failed'],
    async handle({ services, params: { oid }, headers, body, caller }) {
      const written = await writeRegister(services, oid, body, headers['if-match'], caller.oid)
      services.log.info('the people register changed', { actor: caller.oid, oid })
      return { status: 200, body: written.entry, etag: written.etag }
    },
  }),
)
