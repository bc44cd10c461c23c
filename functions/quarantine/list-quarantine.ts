import { app } from '@azure/functions'
import { edge } from '../../shared/http/edge.ts'
import { listQuarantine } from '../../shared/quarantine/review.ts'

/** Recordings whose bytes were not what the dock declared. */
export const handleListQuarantine = edge(async (call) => {
  await call.caller('manage-quarantine')
  return { jsonBody: { items: await listQuarantine(call.services), next: null } }
})

app.http('listQuarantine', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'quarantine',
  handler: handleListQuarantine,
})
