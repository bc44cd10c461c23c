import { app } from '@azure/functions'
import { listOf, wholeList } from '../../shared/access/pages.ts'
import { route } from '../../shared/http/route.ts'
import { listQuarantine, quarantinedSchema } from '../../shared/quarantine/review.ts'

app.http(
  ...route({
    name: 'listQuarantine',
    method: 'GET',
    path: 'quarantine',
    summary: 'Recordings whose bytes were not what the dock declared',
    description:
      'Newest first, with what was declared and what was measured at each attempt. The question is recorded.',
    tag: 'Quarantine',
    access: { duty: 'manage-quarantine' },
    answers: { 200: { body: listOf(quarantinedSchema) } },
    consults: { what: 'quarantine', subject: () => 'all' },
    async handle({ services, principal }) {
      return { status: 200, body: wholeList(await listQuarantine(services, await principal())) }
    },
  }),
)
