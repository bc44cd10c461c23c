import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { ifMatch } from '../../shared/http/optional-header.ts'
import { route } from '../../shared/http/route.ts'
import { changeRequest, STALE } from '../../shared/manage/changed.ts'
import { footageEtag } from '../../shared/manage/etag.ts'
import {
  disposalOrderSchema,
  disposalRequestSchema,
  orderDisposal,
} from '../../shared/retention/order-disposal.ts'

app.http(
  ...route({
    name: 'orderDisposal',
    method: 'PUT',
    path: 'footage/{id}/disposal',
    summary: 'Orders that a recording be disposed of under a retention rule',
    description:
      '409 with `because` where something keeps the recording: a hold, a case, or its time is not over (`from`). It is carried out after the days of grace (`notBefore`), decided again then. Recorded in the audit trail, with the reason.',
    tag: 'Retention',
    access: { action: 'dispose' },
    params: { id: footageIdSchema },
    headers: ifMatch,
    body: disposalRequestSchema,
    answers: { 202: { body: disposalOrderSchema, etag: true } },
    problems: [...STALE, 'conflict'],
    async handle({ services, params: { id }, headers, body, visitor }) {
      const request = await changeRequest(id, { headers, body, visitor })
      const footage = await orderDisposal(services, request, body.rule)
      return {
        status: 202,
        body: disposalOrderSchema.parse(footage),
        etag: footageEtag(footage),
      }
    },
  }),
)
