import { app } from '@azure/functions'
import { cancelPackage } from '../../shared/export/end-package.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { packageIdSchema } from '../../shared/records/evidence-package.ts'
import { reasonOnlySchema } from '../../shared/records/reason.ts'

app.http(
  ...route({
    name: 'cancelPackage',
    method: 'DELETE',
    path: 'footage/{id}/packages/{package}',
    summary: 'Cancels an evidence package: what was made of it is removed, its record stays',
    description:
      'For whoever asked for it, and those who may dispose of the recording; 403 to others. Recorded in the audit trail, with the reason.',
    tag: 'Taking',
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
