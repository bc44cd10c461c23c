import { app } from '@azure/functions'
import { referencePathSchema } from '../../shared/clearance/references.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { caseMarkRequestSchema, planCaseMark } from '../../shared/manage/cases.ts'
import { changeFootage } from '../../shared/manage/change.ts'
import { changed, changeRequest, FOOTAGE_CHANGE, STALE } from '../../shared/manage/changed.ts'

app.http(
  ...route({
    name: 'markForCase',
    method: 'PUT',
    path: 'footage/{id}/cases/{*urn}',
    summary: 'Says whether a recording is evidence, unused or sensitive unused material of a case',
    description:
      'The recording must be linked to the case (409). A later mark for the same case takes the place of the one before. Recorded in the audit trail as combination, with the reason.',
    tag: 'Managing',
    access: { action: 'mark-case' },
    params: { id: footageIdSchema, urn: referencePathSchema.shape.value },
    body: caseMarkRequestSchema,
    ...FOOTAGE_CHANGE,
    problems: [...STALE, 'conflict'],
    async handle({ services, params: { id, urn }, headers, body, visitor }) {
      const request = await changeRequest(id, { headers, body, visitor })
      return changed(
        await changeFootage(services, request, 'mark-case', (footage, author) =>
          planCaseMark(footage, urn, body, author),
        ),
      )
    },
  }),
)
