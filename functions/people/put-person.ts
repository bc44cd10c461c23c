import { app } from '@azure/functions'
import { oidSchema, registerEntrySchema } from '../../shared/clearance/person.ts'
import { ifMatch } from '../../shared/http/optional-header.ts'
import { route } from '../../shared/http/route.ts'
import { writeRegister } from '../../shared/people/keep-register.ts'

app.http(
  ...route({
    name: 'putPerson',
    method: 'PUT',
    path: 'people/{oid}',
    summary: 'Adds a person to the register, or replaces the entry that If-Match names',
    access: { duty: 'keep-people-register' },
    params: { oid: oidSchema },
    headers: ifMatch,
    body: registerEntrySchema,
    answers: { 200: { body: registerEntrySchema, etag: true } },
    problems: ['conflict', 'precondition-failed'],
    async handle({ services, params: { oid }, headers, body, caller }) {
      const author = { by: caller.oid, cause: 'entered' } as const
      const written = await writeRegister(services, oid, body, headers['if-match'], author)
      services.log.info('the people register changed', { actor: caller.oid, oid })
      return { status: 200, body: written.entry, etag: written.etag }
    },
  }),
)
