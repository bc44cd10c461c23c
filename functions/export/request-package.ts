import { app } from '@azure/functions'
import { packageViewSchema, viewOf } from '../../shared/export/package-view.ts'
import { packageRequestSchema, requestPackage } from '../../shared/export/request-package.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'requestPackage',
    method: 'POST',
    path: 'footage/{id}/packages',
    summary: 'Asks for an evidence package of a recording, recorded as disclosure',
    description:
      'A ZIP with the original, renditions, metadata, audit trail and hashes, with instructions to check it by. It is made in the background: ask for its status until it is `ready`. Recorded in the audit trail as disclosure, with recipients and reason. 403 for `trail: whole` without the right to verify the trail.',
    tag: 'Taking',
    access: { action: 'take-original' },
    params: { id: footageIdSchema },
    body: packageRequestSchema,
    limit: 'export',
    answers: { 202: { body: packageViewSchema } },
    problems: ['conflict', 'forbidden'],
    async handle({ services, params: { id }, body, baseUrl, visitor }) {
      const row = await requestPackage(services, await visitor(), id, body)
      return { status: 202, body: viewOf(row, baseUrl) }
    },
  }),
)
