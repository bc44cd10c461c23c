import { app } from '@azure/functions'
import { footageIdSchema, onlyIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { makeUrgent } from '../../shared/render/hasten.ts'

app.http(
  ...route({
    name: 'makeUrgent',
    method: 'POST',
    path: 'footage/{id}/urgent',
    summary: 'Lets a recording overtake the others',
    description:
      'Its renditions go through the urgent queues, before those of other recordings. Recorded in the audit trail.',
    tag: 'Managing',
    access: { duty: 'hasten-renditions' },
    params: { id: footageIdSchema },
    answers: { 202: { body: onlyIdSchema } },
    problems: ['gone'],
    async handle({ services, params: { id }, visitor }) {
      await makeUrgent(services, await visitor(), id)
      return { status: 202, body: { id } }
    },
  }),
)
