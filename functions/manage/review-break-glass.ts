import { app } from '@azure/functions'
import { route } from '../../shared/http/route.ts'
import {
  reviewBreakGlass,
  reviewedSchema,
  reviewSchema,
} from '../../shared/manage/review-break-glass.ts'
import { requestKeySchema } from '../../shared/records/break-glass.ts'

app.http(
  ...route({
    name: 'reviewBreakGlass',
    method: 'PUT',
    path: 'break-glass/reviews/{request}',
    summary: 'Says whether an access in an emergency was justified',
    description:
      'By someone who neither asked nor approved (403). `not-justified` ends what is left of the access at once: the grant goes, and what is being viewed by it ends. Recorded in the audit trail, with the note.',
    tag: 'Emergency access',
    access: { duty: 'review-break-glass' },
    params: { request: requestKeySchema },
    body: reviewSchema,
    answers: { 200: { body: reviewedSchema } },
    async handle({ services, params: { request }, body, visitor }) {
      const review = await reviewBreakGlass(services, await visitor(), request, body)
      return { status: 200, body: { request, ...review } }
    },
  }),
)
