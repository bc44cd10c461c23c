import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import { z } from 'zod'

/** As much of an OpenAPI document as it takes to call what it describes. */
const documentSchema = z.object({
  openapi: z.string(),
  servers: z.tuple([z.object({ url: z.url() })]),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        security: z.array(z.object({ token: z.tuple([z.string()]) })),
        parameters: z.array(z.object({ in: z.string(), name: z.string() })).default([]),
        requestBody: z.object({ content: z.record(z.string(), z.object({})) }).optional(),
        responses: z.record(
          z.string(),
          z.object({
            content: z.record(z.string(), z.object({})).default({}),
            headers: z.record(z.string(), z.object({})).default({}),
          }),
        ),
      }),
    ),
  ),
})

export type Operation = {
  id: string
  method: string
  path: string
  /** Whoever has one of these roles may call it; none: no token is asked for. */
  roles: string[]
  pathParameters: string[]
  hasQuery: boolean
  /** Media type of the body, if it takes one. */
  takes: string | null
  /** Every status that is named. */
  statuses: number[]
}

/** What is sent. A body that is text is sent as it is. */
export type Input = {
  params?: Record<string, string>
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: unknown
}
export type Reply = { status: number; headers: Headers; text: string; json: () => unknown }

/** An API known by its OpenAPI document alone. */
export type DescribedApi = {
  operations: Operation[]
  /** Calls an operation, and checks that the answer is one that the document describes. */
  call(operationId: string, input?: Input, token?: string | null): Promise<Reply>
}

/** Reads the document of an API. */
export async function describedApi(documentUrl: string): Promise<DescribedApi> {
  const whole = (await (await fetch(documentUrl)).json()) as object
  const document = documentSchema.parse(whole)
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  // It comes with a pattern that says the same.
  ajv.addFormat('base64', true)
  ajv.addSchema(whole, 'api')
  const found = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const [server] = document.servers

  return {
    operations: found.map(({ path, method, operation }) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      roles: operation.security.map(({ token: [role] }) => role),
      pathParameters: operation.parameters.flatMap((one) => (one.in === 'path' ? one.name : [])),
      hasQuery: operation.parameters.some((one) => one.in === 'query'),
      takes: Object.keys(operation.requestBody?.content ?? {})[0] ?? null,
      statuses: Object.keys(operation.responses).map(Number).filter(Number.isInteger),
    })),
    async call(operationId, { params = {}, query, headers, body } = {}, token = null) {
      const one = found.find(({ operation }) => operation.operationId === operationId)
      if (!one) throw new Error(`The document has no operation ${operationId}.`)
      const { path, method, operation } = one
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(params[name] ?? `no-${name}`),
      )
      const url = new URL(server.url + filled)
      url.search = new URLSearchParams(query).toString()
      const response = await fetch(url, {
        method: method.toUpperCase(),
        redirect: 'manual',
        signal: AbortSignal.timeout(60_000),
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && {
            'content-type': Object.keys(operation.requestBody?.content ?? {})[0] ?? 'text/plain',
          }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const reply: Reply = {
        status: response.status,
        headers: response.headers,
        text,
        json: () => JSON.parse(text) as unknown,
      }
      check(one, reply)
      return reply
    },
  }

  function check({ path, method, operation }: (typeof found)[number], reply: Reply): void {
    const said = `${operation.operationId} answered ${reply.status}: ${reply.text.slice(0, 500)}`
    const described = operation.responses[reply.status]
    if (!described) throw new Error(`The document does not name this status. ${said}`)
    for (const header of Object.keys(described.headers)) {
      expect(reply.headers.has(header), `${header}, ${said}`).toBe(true)
    }
    const types = Object.keys(described.content)
    if (types.length === 0) {
      expect(reply.text, said).toBe('')
      return
    }
    const type = reply.headers.get('content-type')?.split(';')[0] ?? ''
    expect(types, said).toContain(type)
    const pointer = ['paths', path, method, 'responses', reply.status, 'content', type, 'schema']
      .map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))
      .map(encodeURIComponent)
      .join('/')
    const validate = ajv.getSchema(`api#/${pointer}`)
    if (!validate) throw new Error(`There is no schema at ${pointer}.`)
    const valid = validate(type.endsWith('json') ? reply.json() : reply.text)
    expect(valid, `${said}\n${ajv.errorsText(validate.errors)}`).toBe(true)
  }
}
