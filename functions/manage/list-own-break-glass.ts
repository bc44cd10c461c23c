import { app } from '@azure/functions'
import { route } from '../../shared/http/route.ts'
import {
  ownBreakGlass,
  ownBreakGlassPageSchema,
  ownRequestsQuerySchema,
} from '../../shared/manage/own-break-glass.ts'

app.http(
  ...route({
    name: 'listOwnBreakGlass',
    method: 'GET',
    path: 'break-glass/own',
    summary: 'What the caller has asked for in emergencies, and what became of it',
    description:
      'Newest first. A request for what does not exist, or may not be opened, looks like one that nobody has approved, and lapses alike; a refusal is told only if whoever refused chose so. Nothing is recorded.',
    tag: 'Emergency access',
    access: { duty: 'ask-break-glass' },
    query: ownRequestsQuerySchema,
    limit: 'search',
    answers: { 200: { body: ownBreakGlassPageSchema } },
    async handle({ services, query, caller }) {
      return { status: 200, body: await ownBreakGlass(services, caller, query) }
    },
  }),
)
