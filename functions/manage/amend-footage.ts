import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { amendFootage } from '../../shared/manage/amend.ts'
import { amendmentSchema } from '../../shared/manage/amendment.ts'
import { changed, FOOTAGE_CHANGE, STALE } from '../../shared/manage/changed.ts'

app.http(
  ...route({
    name: 'amendFootage',
    method: 'PATCH',
    path: 'footage/{id}',
    summary: 'Marks a recording, restricts it, or corrects what is on record of it',
    description:
      'What is absent stays, null takes a value away. Corrections keep what was received beside them. A marking above OFFICIAL-SENSITIVE isolates the recording: nobody views it here any more. Only a post-incident manager lifts the post-incident lock. Each change is recorded in the audit trail as alteration, with the reason.',
    tag: 'Managing',
    access: { action: 'mark' },
    params: { id: footageIdSchema },
    body: amendmentSchema,
    ...FOOTAGE_CHANGE,
    problems: [...STALE, 'conflict'],
    async handle({ services, params: { id }, headers, body, visitor }) {
      const request = { visitor: await visitor(), id, ifMatch: headers['if-match'] }
      return changed(await amendFootage(services, request, body))
    },
  }),
)
