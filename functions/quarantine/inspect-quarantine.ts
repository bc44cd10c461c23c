import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { inspectedSchema, inspectQuarantine } from '../../shared/quarantine/review.ts'

app.http(
  ...route({
    name: 'inspectQuarantine',
    method: 'GET',
    path: 'quarantine/{id}',
    summary: 'What waits of one recording, with short-lived URLs to inspect the bytes',
    description:
      'The URLs are good for two minutes. Asks for the right to view the recording as well. Recorded in the audit trail as consultation.',
    tag: 'Quarantine',
    access: { duty: 'manage-quarantine' },
    params: { id: footageIdSchema },
    answers: { 200: { body: inspectedSchema } },
    problems: ['gone'],
    async handle({ services, params, visitor }) {
      return { status: 200, body: await inspectQuarantine(services, await visitor(), params.id) }
    },
  }),
)
