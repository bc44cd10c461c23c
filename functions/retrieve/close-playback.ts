import { app } from '@azure/functions'
import { route } from '../../shared/http/route.ts'
import { ticketSchema } from '../../shared/records/viewing.ts'
import { closeByTicket } from '../../shared/viewing/end-viewing.ts'

app.http(
  ...route({
    name: 'closePlayback',
    method: 'POST',
    path: 'play/{ticket}/close',
    summary:
      'Closes a viewing by its ticket: what a page can still send as it is left (sendBeacon)',
    description:
      'No body and no token, so that `navigator.sendBeacon` can send it. What was released is recorded.',
    tag: 'Watching',
    access: 'ticket',
    params: { ticket: ticketSchema },
    answers: { 204: {} },
    async handle({ services, params }) {
      await closeByTicket(services, services.tickets.open(params.ticket))
      return { status: 204 }
    },
  }),
)
