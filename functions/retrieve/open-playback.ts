import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { openPlayback, playbackSchema, whySchema } from '../../shared/retrieve/open-playback.ts'

app.http(
  ...route({
    name: 'openPlayback',
    method: 'POST',
    path: 'footage/{id}/playback',
    summary: 'Opens a recording for viewing: a ticket in a URL that any HLS player can use',
    description:
      'Answers as soon as the first chunk is rendered (409 before). `url` is an HLS playlist whose ticket stands for the caller: treat it as a secret. Every request of a player is decided anew, so a withdrawn clearance ends an open player. `statement` of each rendition must be shown to the viewer. Recorded in the audit trail as consultation, with the reason; what was released follows when the viewing ends or every ten minutes.',
    tag: 'Watching',
    access: { action: 'view' },
    params: { id: footageIdSchema },
    body: whySchema,
    limit: 'open-playback',
    answers: { 201: { body: playbackSchema } },
    problems: ['conflict'],
    async handle({ services, params: { id }, body, visitor, baseUrl }) {
      const playback = await openPlayback(services, await visitor(), id, body, baseUrl)
      return { status: 201, body: playback }
    },
  }),
)
