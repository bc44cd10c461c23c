import { app } from '@azure/functions'
import { z } from 'zod'
import { route } from '../../shared/http/route.ts'
import {
  reviewBreakGlass,
  reviewedSchema,
  reviewSchema,
} from '../../shared/manage/review-break-glass.ts'

app.http(
  ...route({
    name: 'reviewBreakGlass',
    method: 'PUT',
    path: 'break-glass/reviews/{request}',
    summary: 'Says whether an access in an emergency was justified',
    access: { duty: 'review-break-glass' },
    params: { request: z.uuidv7() },
    body: reviewSchema,
    answers: { 200: { body: reviewedSchema } },
    async handle({ services, params: { request }, body, visitor }) {
      const review = await reviewBreakGlass(services, await visitor(), request, body)
      return { status: 200, body: { request, ...review } }
    },
  }),
)
