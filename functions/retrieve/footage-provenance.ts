import { app } from '@azure/functions'
import { z } from 'zod'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { checkDescent, provenanceOf } from '../../shared/retrieve/provenance.ts'

const querySchema = z.strictObject({ check: z.coerce.number().int().nonnegative().optional() })

/** Within the patience of the front end, which cuts requests off after 230 seconds. */
const CHECK_LIMIT_MS = 200_000

/** What renditions were made of; with `check`, one chunk is compared with the original anew. */
export const handleFootageProvenance = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const { check } = call.query(querySchema)
  if (check === undefined) return { jsonBody: await provenanceOf(call.services, visitor, id) }
  const signal = AbortSignal.timeout(CHECK_LIMIT_MS)
  return { jsonBody: await checkDescent(call.services, visitor, id, check, signal) }
})

app.http('footageProvenance', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'footage/{id}/provenance',
  handler: handleFootageProvenance,
})
