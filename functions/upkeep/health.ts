import { app } from '@azure/functions'
import { edge } from '../../shared/http/edge.ts'

/** Whether the app runs and its settings are usable. Says nothing else, for anyone may ask. */
export const handleHealth = edge(async () => ({ jsonBody: { status: 'ok' } }))

app.http('health', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'health',
  handler: handleHealth,
})
