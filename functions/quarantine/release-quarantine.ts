import { app } from '@azure/functions'
import { footageIdSchema, onlyIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { quarantineReleaseSchema, releaseQuarantine } from '../../shared/quarantine/review.ts'

app.http(
  ...route({
    name: 'releaseQuarantine',
    method: 'POST',
    path: 'quarantine/{id}/release',
    summary: 'Accepts quarantined bytes as they are',
    description:
      'They go to the originals with the hash that was measured, and both hashes stay on record. Recorded in the audit trail as alteration, with the reason.',
    tag: 'Quarantine',
    access: { duty: 'manage-quarantine' },
    params: { id: footageIdSchema },
    body: quarantineReleaseSchema,
    answers: { 202: { body: onlyIdSchema } },
    problems: ['conflict', 'gone'],
    async handle({ services, params: { id }, body, visitor }) {
      await releaseQuarantine(services, await visitor(), id, body)
      return { status: 202, body: { id } }
    },
  }),
)
