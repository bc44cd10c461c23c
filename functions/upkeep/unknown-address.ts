import { app } from '@azure/functions'
import { BluelampError } from '../../shared/errors.ts'
import { problemOf } from '../../shared/http/problem.ts'
import { securityHeaders } from '../../shared/http/security-headers.ts'

/**
 * What no route takes is answered as a problem too, instead of with the host's empty 404. The host
 * takes the first function whose template fits, by name: this one's has to come last.
 */
app.http('zUnknownAddress', {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  authLevel: 'anonymous',
  route: '{*path}',
  async handler({ url }, { invocationId }) {
    const error = new BluelampError('not-found', 'No such operation: see /api/openapi.json.')
    const { headers, ...problem } = problemOf(error, invocationId)
    return { ...problem, headers: { ...securityHeaders(new URL(url), 'anyone'), ...headers } }
  },
})
