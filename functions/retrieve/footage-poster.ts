import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { releasePoster } from '../../shared/retrieve/release.ts'

app.http(
  ...route({
    name: 'footagePoster',
    method: 'GET',
    path: 'footage/{id}/poster',
    summary: 'The picture that stands for a recording',
    description:
      'Redirects to a JPEG in storage, readable for 45 seconds. 404 as well where no poster is made yet. Recorded in the audit trail as consultation.',
    tag: 'Finding',
    access: { action: 'view' },
    params: { id: footageIdSchema },
    answers: { 302: { redirect: true } },
    async handle({ services, params, visitor }) {
      const { url } = await releasePoster(services, await visitor(), params.id)
      return { status: 302, location: url }
    },
  }),
)
