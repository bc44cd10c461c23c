import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { reasonOnlySchema } from '../../shared/records/reason.ts'
import { endedSchema, endViewingsOfFootage } from '../../shared/viewing/end-viewings.ts'

app.http(
  ...route({
    name: 'endPlaybacks',
    method: 'DELETE',
    path: 'footage/{id}/playback',
    summary: 'Ends everybody’s viewing of a recording',
    description:
      'Every open viewing of the recording ends, whoever watches; players are told so. Recorded for each, with the reason.',
    tag: 'Watching',
    access: { action: 'grant' },
    params: { id: footageIdSchema },
    body: reasonOnlySchema,
    answers: { 200: { body: endedSchema } },
    async handle({ services, params: { id }, body, visitor }) {
      const ended = await endViewingsOfFootage(services, await visitor(), id, body)
      return { status: 200, body: { ended } }
    },
  }),
)
