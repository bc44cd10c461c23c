import { app } from '@azure/functions'
import { footageIdSchema, onlyIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { redriveRenditions } from '../../shared/render/hasten.ts'

app.http(
  ...route({
    name: 'redriveRenditions',
    method: 'POST',
    path: 'footage/{id}/renditions',
    summary: 'Has rendered again what failed or was given up',
    description:
      'Asks for everything that is not rendered yet; what is done stays. Recorded in the audit trail.',
    tag: 'Managing',
    access: { duty: 'hasten-renditions' },
    params: { id: footageIdSchema },
    answers: { 202: { body: onlyIdSchema } },
    problems: ['gone'],
    async handle({ services, params: { id }, visitor }) {
      await redriveRenditions(services, await visitor(), id)
      return { status: 202, body: { id } }
    },
  }),
)
