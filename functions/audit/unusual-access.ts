import { app } from '@azure/functions'
import { route } from '../../shared/http/route.ts'
import {
  accessReportSchema,
  dayQuerySchema,
  reportUnusualAccess,
} from '../../shared/watch/report.ts'

app.http(
  ...route({
    name: 'unusualAccess',
    method: 'GET',
    path: 'audit/unusual-access',
    summary: 'Whose access of a day was unusual, for those who watch the watchers',
    description:
      'Own recordings, volume far above that of peers, views without an incident, bursts of refusals: findings to ask about, no proof. The question is recorded.',
    tag: 'Audit',
    access: { duty: 'watch-access' },
    query: dayQuerySchema,
    limit: 'unusual-access',
    answers: { 200: { body: accessReportSchema } },
    consults: { what: 'unusual-access', subject: ({ query: { day = 'today' } }) => day },
    async handle({ services, query, caller }) {
      return { status: 200, body: await reportUnusualAccess(services, caller.oid, query) }
    },
  }),
)
