import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { footageProgress, footageProgressSchema } from '../../shared/retrieve/footage-progress.ts'

app.http(
  ...route({
    name: 'footageProgress',
    method: 'GET',
    path: 'footage/{id}/progress',
    summary: 'How far a recording has come, for those who wait for it',
    description:
      'The state of a recording and of its renditions, cheap enough to be asked again and again. Nothing is recorded.',
    tag: 'Finding',
    access: { action: 'list' },
    params: { id: footageIdSchema },
    answers: { 200: { body: footageProgressSchema } },
    async handle({ services, params, visitor }) {
      return { status: 200, body: await footageProgress(services, await visitor(), params.id) }
    },
  }),
)
