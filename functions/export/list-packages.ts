import { app } from '@azure/functions'
import { listOf, wholeList } from '../../shared/access/pages.ts'
import { packageViewSchema, viewOf } from '../../shared/export/package-view.ts'
import { listPackages } from '../../shared/export/release-package.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'listPackages',
    method: 'GET',
    path: 'footage/{id}/packages',
    summary: 'The evidence packages of a recording, newest first: with whom it was shared',
    description:
      'All packages of the recording that were asked for, with their recipients, also those that are over. The question is recorded.',
    tag: 'Taking',
    access: { action: 'take-original' },
    params: { id: footageIdSchema },
    answers: { 200: { body: listOf(packageViewSchema) } },
    consults: { what: 'packages', subject: ({ params: { id } }) => id },
    async handle({ services, params: { id }, baseUrl, visitor }) {
      const rows = await listPackages(services, await visitor(), id)
      return { status: 200, body: wholeList(rows.map((row) => viewOf(row, baseUrl))) }
    },
  }),
)
