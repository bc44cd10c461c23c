import { app } from '@azure/functions'
import { checkTrail } from '../../shared/audit/check-trail.ts'
import { trailVerdictSchema } from '../../shared/audit/trail-verdict.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'verifyAudit',
    method: 'GET',
    path: 'footage/{id}/audit/verify',
    summary: 'Whether the audit trail of a recording is whole',
    description:
      'Checks every link of the hash chain, every anchor and every timestamp, and names the first entry that is broken. Nothing is recorded.',
    tag: 'Audit',
    access: { action: 'verify' },
    params: { id: footageIdSchema },
    limit: 'read-audit',
    answers: { 200: { body: trailVerdictSchema } },
    async handle({ services, params, visitor }) {
      return { status: 200, body: await checkTrail(services, await visitor(), params.id) }
    },
  }),
)
