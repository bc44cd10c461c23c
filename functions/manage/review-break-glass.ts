import { app } from '@azure/functions'
import { z } from 'zod'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { reviewBreakGlass, reviewSchema } from '../../shared/manage/break-glass.ts'

/** Says whether an access in an emergency was justified. */
export const handleReviewBreakGlass = edge(async (call) => {
  const visitor = await call.visitor()
  requireDuty(visitor.principal, 'review-break-glass')
  const key = call.param('request', z.uuidv7())
  const finding = await call.body(reviewSchema)
  const { request, review } = await reviewBreakGlass(call.services, visitor, key, finding)
  return { jsonBody: { request, ...review } }
})

app.http('reviewBreakGlass', {
  methods: ['PUT'],
  authLevel: 'anonymous',
  route: 'break-glass/reviews/{request}',
  handler: handleReviewBreakGlass,
})
