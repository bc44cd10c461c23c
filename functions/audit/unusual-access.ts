import { app } from '@azure/functions'
import { edge } from '../../shared/http/edge.ts'
import { dayQuerySchema, reportUnusualAccess } from '../../shared/watch/report.ts'

/** The unusual access of a day, for those who watch the watchers. */
export const handleUnusualAccess = edge(async (call) => {
  const { services, clientAddress } = call
  const { oid: actor } = await call.caller('watch-access')
  const query = call.query(dayQuerySchema)
  const subject = query.day ?? 'today'
  const consulted = 'unusual-access' as const
  await services.consultations.note({ actor, consulted, subject, clientAddress })
  return { jsonBody: await reportUnusualAccess(services, query) }
})

app.http('unusualAccess', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'audit/unusual-access',
  handler: handleUnusualAccess,
})
