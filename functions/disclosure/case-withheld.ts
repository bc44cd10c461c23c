import { app } from '@azure/functions'
import { withheldOfCase, withheldQuerySchema } from '../../shared/disclosure/withheld.ts'
import { referenceSchema } from '../../shared/footage/references.ts'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { pathTextSchema } from '../../shared/http/path-value.ts'

/** Tells the disclosure officer of a case how many of its recordings are withheld from view, and whose. */
export const handleCaseWithheld = edge(async (call) => {
  const visitor = await call.visitor()
  requireDuty(visitor.principal, 'disclose-case')
  const urn = call.param('urn', pathTextSchema.pipe(referenceSchema.shape.value))
  const query = call.query(withheldQuerySchema)
  return { jsonBody: await withheldOfCase(call.services, visitor, urn, query) }
})

app.http('caseWithheld', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'cases/{urn}/withheld',
  handler: handleCaseWithheld,
})
