import { app } from '@azure/functions'
import { releasePackage } from '../../shared/export/release-package.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'
import { packageIdSchema } from '../../shared/records/evidence-package.ts'

app.http(
  ...route({
    name: 'packageContent',
    method: 'GET',
    path: 'footage/{id}/packages/{package}/content',
    summary:
      'Hands out an evidence package, decided and recorded each time: a redirect that serves ranges',
    description:
      'Redirects to a SAS of two minutes that serves ranges; ask again to go on with a download that was cut off. 409 until the package is ready. Recorded in the audit trail as disclosure each time.',
    tag: 'Taking',
    access: { action: 'take-original' },
    params: { id: footageIdSchema, package: packageIdSchema },
    answers: { 302: { redirect: true } },
    problems: ['conflict', 'forbidden'],
    async handle({ services, params: { id, package: key }, visitor }) {
      const { url } = await releasePackage(services, await visitor(), id, key)
      return { status: 302, location: url }
    },
  }),
)
