import { app } from '@azure/functions'
import { z } from 'zod'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { checkDescent, checkWholeDescent } from '../../shared/retrieve/check-descent.ts'
import { provenanceOf } from '../../shared/retrieve/provenance.ts'

const querySchema = z.strictObject({
  check: z
    .union([z.literal('all'), z.coerce.number().int().nonnegative()])
    .optional()
    .describe('a chunk by its number, or all of them, to be compared with the original anew'),
})

/** Within the patience of the front end, which cuts requests off after 230 seconds. */
const CHECK_LIMIT_MS = 200_000

/** What renditions were made of; with `check`, the copy is compared with the original anew. */
export const handleFootageProvenance = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const { check } = call.query(querySchema)
  if (check === undefined) return { jsonBody: await provenanceOf(call.services, visitor, id) }
  if (check === 'all') {
    return { jsonBody: await checkWholeDescent(call.services, visitor, id, CHECK_LIMIT_MS) }
  }
  const signal = AbortSignal.timeout(CHECK_LIMIT_MS)
  return { jsonBody: await checkDescent(call.services, visitor, id, check, signal) }
})

app.http('footageProvenance', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'footage/{id}/provenance',
  handler: handleFootageProvenance,
})
