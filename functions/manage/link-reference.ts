import { app } from '@azure/functions'
import { referencePathSchema } from '../../shared/clearance/references.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { changeFootage } from '../../shared/manage/change.ts'
import { changed, changeRequest, FOOTAGE_CHANGE, STALE } from '../../shared/manage/changed.ts'
import { planLink } from '../../shared/manage/references.ts'
import { reasonOnlySchema } from '../../shared/records/reason.ts'

app.http(
  ...route({
    name: 'linkReference',
    method: 'PUT',
    path: 'footage/{id}/references/{type}/{*value}',
    summary: 'Links a recording to an incident, a crime, a case or an exhibit',
    description:
      'Linking what is linked already changes nothing. People assigned to the reference see the recording from their next request on. At most 50 references. Recorded in the audit trail as combination, with the reason.',
    tag: 'Managing',
    access: { action: 'link' },
    params: { id: footageIdSchema, ...referencePathSchema.shape },
    body: reasonOnlySchema,
    ...FOOTAGE_CHANGE,
    problems: [...STALE, 'conflict'],
    async handle({ services, params: { id, ...reference }, headers, body, visitor }) {
      const request = await changeRequest(id, { headers, body, visitor })
      return changed(
        await changeFootage(services, request, 'link', (footage) => planLink(footage, reference)),
      )
    },
  }),
)
