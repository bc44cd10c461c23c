import { app } from '@azure/functions'
import { packageViewSchema, viewOf } from '../../shared/export/package-view.ts'
import { findPackage } from '../../shared/export/release-package.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { packageIdSchema } from '../../shared/records/evidence-package.ts'

app.http(
  ...route({
    name: 'packageStatus',
    method: 'GET',
    path: 'footage/{id}/packages/{package}',
    summary: 'How far an evidence package has come, what it is, and how long it can be fetched',
    description: 'Once it is `ready`: its size, its hash, and until when it can be fetched.',
    tag: 'Taking',
    access: { action: 'take-original' },
    params: { id: footageIdSchema, package: packageIdSchema },
    answers: { 200: { body: packageViewSchema } },
    async handle({ services, params: { id, package: key }, baseUrl, visitor }) {
      const row = await findPackage(services, await visitor(), id, key)
      return { status: 200, body: viewOf(row, baseUrl) }
    },
  }),
)
