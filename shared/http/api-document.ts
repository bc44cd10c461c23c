import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi'
import { RATE_LIMITS } from '../access/rate-limits.ts'
import { DUTIES, mayDo, ROLES, type Role } from '../clearance/roles.ts'
import { problem, problemResponses } from './api-problems.ts'
import type { Access, AnswerDeclaration, Declaration } from './declaration.ts'
import { withExamples } from './examples.ts'
import { type ApiDescription, guide } from './guide.ts'
import { TAGS } from './tags.ts'

const TOKEN = 'token'

/** A document as it is answered: its own schema is OpenAPI's. */
export const apiDocumentSchema = z.looseObject({ openapi: z.literal('3.1.0') })
export type ApiDocument = z.infer<typeof apiDocumentSchema>

/** The OpenAPI 3.1 document of these routes: nothing in it but what they declare. */
export const apiDocument = (
  routes: readonly Declaration[],
  { issuer, audience }: ApiDescription,
): ApiDocument => ({
  ...withExamples(
    createDocument({
      openapi: '3.1.0',
      info: { title: 'Bluelamp', version: '1', description: guide({ issuer, audience }) },
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      paths: pathsOf(routes),
      components: {
        securitySchemes: {
          [TOKEN]: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: `An access token of ${issuer} for ${audience}, with one of the app roles that an operation names.`,
          },
        },
      },
    }),
  ),
  openapi: '3.1.0',
})

/** The document as it is answered to who reached the app there. */
export const servedFrom = (baseUrl: string, document: ApiDocument): ApiDocument => ({
  ...document,
  servers: [{ url: `${baseUrl}/api` }],
})

function pathsOf(routes: readonly Declaration[]): ZodOpenApiPathsObject {
  const byPath = Map.groupBy(routes, ({ path }) => `/${path.replaceAll('{*', '{')}`)
  return Object.fromEntries(
    [...byPath].map(([path, some]) => [
      path,
      Object.fromEntries(some.map((route) => [route.method.toLowerCase(), operation(route)])),
    ]),
  )
}

function operation(route: Declaration): ZodOpenApiOperationObject {
  const { params, query, headers, body, accepts = 'application/json' } = route
  return {
    operationId: route.name,
    summary: route.summary,
    description: [route.description, whoMay(route.access), pace(route)]
      .filter(Boolean)
      .join('\n\n'),
    tags: [route.tag],
    security: rolesFor(route.access).map((role) => ({ [TOKEN]: [role] })),
    requestParams: {
      ...(params && { path: z.object(params) }),
      ...(query && { query }),
      ...(headers && { header: z.object(headers) }),
    },
    ...(body && { requestBody: { required: true, content: { [accepts]: { schema: body } } } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, answer]) => [status, response(status, answer)]),
      ),
      ...Object.fromEntries(problemResponses(route)),
      default: problem('Any other problem, such as a fault of the service'),
    },
  }
}

/** The roles of which a caller needs one, or none where no token is asked for. */
function rolesFor(access: Access): Role[] {
  if (access === 'anyone' || access === 'ticket') return []
  return 'duty' in access
    ? [...DUTIES[access.duty]]
    : ROLES.filter((role) => mayDo(role, access.action))
}

function whoMay(access: Access): string {
  if (access === 'anyone') return 'For anyone, without a token.'
  if (access === 'ticket') return 'For whoever has the ticket, without a token.'
  const roles = rolesFor(access).join(', ')
  if ('duty' in access) return `For the roles ${roles}; 403 to others.`
  return `For the roles ${roles}, decided on the recording. What the caller may not have is answered as if it did not exist: 404.`
}

const MINUTE_MS = 60_000

function pace({ limit }: Declaration): string | undefined {
  if (!limit) return undefined
  const { calls, withinMs } = RATE_LIMITS[limit]
  return `At most ${calls} calls a caller in ${withinMs / MINUTE_MS} min; 429 with Retry-After beyond.`
}

function response(status: string, answer: AnswerDeclaration): ZodOpenApiResponseObject {
  const media = answer.body ? ['application/json'] : (answer.text ?? [])
  const headers = {
    ...(answer.etag && { etag: z.string().describe('the version, for If-Match') }),
    ...(answer.redirect && { location: z.url() }),
  }
  return {
    description: STATUS_CODES[status] ?? status,
    ...(Object.keys(headers).length > 0 && { headers: z.object(headers) }),
    ...(media.length > 0 && {
      content: Object.fromEntries(
        media.map((type) => [type, { schema: answer.body ?? z.string() }]),
      ),
    }),
  }
}
