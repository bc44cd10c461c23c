import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { amendFootage, amendmentSchema } from '../../shared/manage/amend.ts'
import { changed, FOOTAGE_CHANGE, STALE } from '../../shared/manage/changed.ts'

app.http(
  ...route({
    name: 'amendFootage',
    method: 'PATCH',
    path: 'footage/{id}',
    summary: 'Marks a recording, restricts it, or corrects what is on record of it',
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
