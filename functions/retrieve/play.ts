import { app } from '@azure/functions'
import { z } from 'zod'
import { route } from '../../shared/http/route.ts'
import { ticketSchema } from '../../shared/records/viewing.ts'
import { PLAYER_TEXTS, play } from '../../shared/retrieve/play.ts'

app.http(
  ...route({
    name: 'play',
    method: 'GET',
    answersHead: true,
    path: 'play/{ticket}/{file}',
    summary: 'One request of a player: a playlist as text, or a redirect to a chunk in storage',
    description:
      'For players, not for programs: begin with the `url` of an opened playback. Playlists (HLS) and the storyboard (WebVTT) are text; chunks are redirects to storage that may be followed for 45 seconds, with Range. A player that is refused is told why (`playback-refused`, `playback-lapsed`, `playback-ended`), for whoever has a ticket knows of the recording. HEAD is answered alike.',
    tag: 'Watching',
    access: 'ticket',
    params: {
      ticket: ticketSchema,
      file: z
        .string()
        .meta({ description: 'a file as playlists name it', examples: ['master.m3u8'] }),
    },
    answers: {
      200: { text: PLAYER_TEXTS },
      302: { redirect: true },
    },
    problems: [
      'gone',
      'too-many-requests',
      'playback-refused',
      'playback-lapsed',
      'playback-ended',
    ],
    async handle({ services, params, clientAddress }) {
      const ticket = services.tickets.open(params.ticket)
      const answer = await play(services, ticket, params.file, clientAddress)
      if (answer.kind === 'redirect') return { status: 302, location: answer.url }
      return { status: 200, contentType: answer.contentType, text: answer.text }
    },
  }),
)
