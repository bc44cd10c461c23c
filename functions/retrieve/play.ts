import { app } from '@azure/functions'
import { z } from 'zod'
import { edge } from '../../shared/http/edge.ts'
import { play } from '../../shared/retrieve/play.ts'

/** One request of a player: a playlist as text, or a redirect to a chunk in storage. */
export const handlePlay = edge(async (call) => {
  const ticket = await call.services.tickets.open(call.param('ticket', z.string()))
  const file = call.param('file', z.string())
  const answer = await play(call.services, ticket, file, call.clientAddress)
  return answer.kind === 'redirect'
    ? { status: 302, headers: { location: answer.url } }
    : { headers: { 'content-type': answer.contentType }, body: answer.text }
})

app.http('play', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'play/{ticket}/{file}',
  handler: handlePlay,
})
