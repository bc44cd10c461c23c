import { app } from '@azure/functions'
import { edge } from '../../shared/http/edge.ts'
import { dueReviews } from '../../shared/manage/break-glass.ts'

/** Access in emergencies that is still to be reviewed. */
export const handleListBreakGlassReviews = edge(async (call) => {
  await call.caller('review-break-glass')
  return { jsonBody: { items: await dueReviews(call.services), next: null } }
})

app.http('listBreakGlassReviews', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'break-glass/reviews',
  handler: handleListBreakGlassReviews,
})
