import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { viewingIdSchema } from '../../shared/records/viewing.ts'
import { whySchema } from '../../shared/retrieve/open-playback.ts'
import { endViewing } from '../../shared/viewing/end-viewing.ts'

app.http(
  ...route({
    name: 'endPlayback',
    method: 'DELETE',
    path: 'footage/{id}/playback/{viewing}',
    summary:
      'Ends a viewing: one’s own, or, with a reason, another’s by those who may grant access',
    description:
      'Its viewer closes it; whoever may grant access to the recording ends it and says why. The ticket opens nothing from the next request on. Recorded with all that was released.',
    tag: 'Watching',
    access: { action: 'view' },
    params: { id: footageIdSchema, viewing: viewingIdSchema },
    body: whySchema.pick({ reason: true }),
    answers: { 204: {} },
    async handle({ services, params: { id, viewing }, body, visitor }) {
      await endViewing(services, await visitor(), id, viewing, body)
      return { status: 204 }
    },
  }),
)
