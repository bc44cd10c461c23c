import { app } from '@azure/functions'
import { exportedTrailSchema } from '../../shared/audit/exported-trail.ts'
import { readTrail, trailQuerySchema } from '../../shared/audit/read-trail.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { route } from '../../shared/http/route.ts'

app.http(
  ...route({
    name: 'readAudit',
    method: 'GET',
    path: 'footage/{id}/audit',
    summary: 'The audit trail of a recording, with what vouches for it, page by page',
    description:
      'Up to 1,000 entries a page, with the anchors and timestamps that vouch for the chain; it outlasts the recording. All pages of one reading are one entry in the trail. `npm run verify-audit` checks the answers offline.',
    tag: 'Audit',
    access: { action: 'read-audit' },
    params: { id: footageIdSchema },
    query: trailQuerySchema,
    limit: 'read-audit',
    answers: { 200: { body: exportedTrailSchema } },
    async handle({ services, params: { id }, query, visitor }) {
      return { status: 200, body: await readTrail(services, await visitor(), id, query) }
    },
  }),
)
