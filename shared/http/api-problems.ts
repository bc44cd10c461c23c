import { z } from 'zod'
import type { ZodOpenApiResponseObject } from 'zod-openapi'
import { OUTLASTING } from '../access/admit.ts'
import { type ErrorCode, faultOf } from '../errors.ts'
import type { Declaration } from './declaration.ts'
import { PROBLEM_TYPE, problemSchema } from './problem.ts'

/** The problems that follow from what a route reads and asks for, and those that it names itself. */
function problemsOf({ access, params, query, body, limit, problems = [] }: Declaration) {
  const open = access === 'anyone' || access === 'ticket'
  const codes: (ErrorCode | false | undefined)[] = [
    !open && 'unauthenticated',
    !open && 'duty' in access && 'forbidden',
    params && 'not-found',
    // What was disposed of is gone for those who could have listed it.
    !open && 'action' in access && !OUTLASTING.includes(access.action) && 'gone',
    (query || body) && 'invalid-request',
    body && 'too-large',
    limit && 'too-many-requests',
    ...problems,
  ]
  return [...new Set(codes.filter((code) => code !== false && code !== undefined))]
}

/** What an operation may be refused with, by the status of the answer. */
export function problemResponses(route: Declaration): [status: string, ZodOpenApiResponseObject][] {
  const byStatus = Map.groupBy(problemsOf(route), (code) => faultOf(code).status)
  return [...byStatus].map(([status, codes]) => [
    String(status),
    problem(
      codes.map((code) => `\`${PROBLEM_TYPE}${code}\`: ${faultOf(code).title}`).join('; '),
      codes,
    ),
  ])
}

/** The answer that tells of problems. */
export const problem = (
  description: string,
  codes: readonly ErrorCode[] = ['internal'],
): ZodOpenApiResponseObject => ({
  description,
  ...(codes.includes('too-many-requests') && {
    headers: z.object({ 'retry-after': z.string().describe('seconds until the next call') }),
  }),
  content: {
    'application/problem+json': {
      schema: problemSchema,
      examples: Object.fromEntries(
        codes.map((code) => {
          const { status, title, advice } = faultOf(code)
          return [
            code,
            { value: { type: `${PROBLEM_TYPE}${code}`, title, status, detail: advice } },
          ]
        }),
      ),
    },
  },
})
