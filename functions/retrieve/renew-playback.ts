import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { viewingIdSchema } from '../../shared/records/viewing.ts'
import { renewedSchema, renewViewing } from '../../shared/viewing/renew-viewing.ts'

app.http(
  ...route({
    name: 'renewPlayback',
    method: 'PUT',
    path: 'footage/{id}/playback/{viewing}',
    summary: 'Renews a viewing with the access token of this request; its address stays the same',
    description:
      'A viewing counts as long as the access token with which it was opened or last renewed, and at most twelve hours. The caller must be its viewer. Players go on with the same URL.',
    tag: 'Watching',
    access: { action: 'view' },
    params: { id: footageIdSchema, viewing: viewingIdSchema },
    answers: { 200: { body: renewedSchema } },
    problems: ['playback-ended'],
    async handle({ services, params: { id, viewing }, visitor }) {
      return { status: 200, body: await renewViewing(services, await visitor(), id, viewing) }
    },
  }),
)
