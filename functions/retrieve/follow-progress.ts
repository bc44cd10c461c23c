import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { optionalHeaderSchema } from '../../shared/http/optional-header.ts'
import { route } from '../../shared/http/route.ts'
import { followProgress } from '../../shared/retrieve/follow-progress.ts'

app.http(
  ...route({
    name: 'followProgress',
    method: 'GET',
    path: 'footage/{id}/events',
    summary:
      'The progress of a recording as Server-Sent Events, one a request; 204 ends the stream',
    description:
      'Waits for news for some seconds, answers with one event and ends; an EventSource asks again by itself, with Last-Event-ID. 204 says that nothing more will come. Nothing is recorded.',
    tag: 'Finding',
    access: { action: 'list' },
    limit: 'follow-progress',
    params: { id: footageIdSchema },
    headers: { 'last-event-id': optionalHeaderSchema.describe('the last event that was seen') },
    answers: { 200: { text: ['text/event-stream'] }, 204: {} },
    async handle({ services, params, headers, visitor }) {
      const seen = headers['last-event-id']
      const event = await followProgress(services, await visitor(), params.id, seen)
      if (event === null) return { status: 204 }
      return { status: 200, contentType: 'text/event-stream', text: event }
    },
  }),
)
