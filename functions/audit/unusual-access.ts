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
    async handle({ services, query, caller: { oid: actor }, clientAddress }) {
      const asked = { consulted: 'unusual-access', subject: query.day ?? 'today' } as const
      await services.consultations.note({ actor, ...asked, clientAddress })
      return { status: 200, body: await reportUnusualAccess(services, actor, query) }
    },
  }),
)
