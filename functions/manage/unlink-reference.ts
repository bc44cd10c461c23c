import { app } from '@azure/functions'
import { referencePathSchema } from '../../shared/clearance/references.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { changeFootage } from '../../shared/manage/change.ts'
import { changed, changeRequest, FOOTAGE_CHANGE, STALE } from '../../shared/manage/changed.ts'
import { planUnlink } from '../../shared/manage/references.ts'
import { reasonOnlySchema } from '../../shared/records/reason.ts'

app.http(
  ...route({
    name: 'unlinkReference',
    method: 'DELETE',
    path: 'footage/{id}/references/{type}/{*value}',
    summary: 'Takes the link of a recording away',
    description:
      '404 where there is no such link. Who saw the recording by it alone sees it no more. Recorded in the audit trail, with the reason.',
    tag: 'Managing',
    access: { action: 'link' },
    params: { id: footageIdSchema, ...referencePathSchema.shape },
    body: reasonOnlySchema,
    ...FOOTAGE_CHANGE,
    problems: STALE,
    async handle({ services, params: { id, ...reference }, headers, body, visitor }) {
      const request = await changeRequest(id, { headers, body, visitor })
      return changed(
        await changeFootage(services, request, 'link', (footage) => planUnlink(footage, reference)),
      )
    },
  }),
)
