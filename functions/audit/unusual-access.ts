import { app } from '@azure/functions'
import { edge } from '../../shared/http/edge.ts'
import { dayQuerySchema, reportUnusualAccess } from '../../shared/watch/report.ts'

/** The unusual access of a day, for those who watch the watchers. */
export const handleUnusualAccess = edge(async (call) => {
  await call.caller('watch-access')
  return { jsonBody: await reportUnusualAccess(call.services, call.query(dayQuerySchema)) }
})

app.http('unusualAccess', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'audit/unusual-access',
  handler: handleUnusualAccess,
})
