import { app } from '@azure/functions'
import { listOf, wholeList } from '../../shared/access/pages.ts'
import { route } from '../../shared/http/route.ts'
import { dueReviewSchema, dueReviews } from '../../shared/manage/review-break-glass.ts'

app.http(
  ...route({
    name: 'listBreakGlassReviews',
    method: 'GET',
    path: 'break-glass/reviews',
    summary: 'Access in emergencies that is still to be reviewed',
    description:
      'Approved requests that nobody has reviewed, oldest first. A review is due within three days (`reviewBefore`).',
    tag: 'Emergency access',
    access: { duty: 'review-break-glass' },
    answers: { 200: { body: listOf(dueReviewSchema) } },
    async handle({ services }) {
      return { status: 200, body: wholeList(await dueReviews(services)) }
    },
  }),
)
