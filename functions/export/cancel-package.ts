import { app } from '@azure/functions'
import { cancelPackage } from '../../shared/export/end-package.ts'
import { packageIdSchema } from '../../shared/export/package.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { reasonOnlySchema } from '../../shared/manage/reason.ts'

app.http(
  ...route({
    name: 'cancelPackage',
    method: 'DELETE',
    path: 'footage/{id}/packages/{package}',
    summary: 'Cancels an evidence package: what was made of it is removed, its record stays',
    access: { action: 'take-original' },
    params: { id: footageIdSchema, package: packageIdSchema },
    body: reasonOnlySchema,
    answers: { 204: {} },
    problems: ['forbidden'],
    async handle({ services, params: { id, package: key }, body, visitor }) {
      await cancelPackage(services, await visitor(), id, key, body.reason)
      return { status: 204 }
    },
  }),
)
