import { z } from 'zod'
import { describeFunction, type HostFunction } from './functions.ts'
import { answerEmpty, type HttpHandler, pathOf } from './http-listener.ts'
import { checkKey, type HostKeys, keyOf } from './keys.ts'
import { readBody } from './request-body.ts'

const FUNCTION_PATH = /^\/admin\/functions\/([^/]+)\/?$/i
const MAX_BODY_BYTES = 1_048_576

const bodySchema = z.object({ input: z.string().optional() })

export type AdminOptions = {
  functions: readonly HostFunction[]
  /** Starts a function that is not HTTP-triggered; does not wait for it. */
  run: (fn: HostFunction, input: string) => void
  keys: HostKeys
}

/**
 * `GET /admin/host/status`, `GET /admin/functions`, and `POST /admin/functions/{name}` with
 * `{"input": "…"}`, which starts a function by hand and answers 202. All ask for the master key.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
 */
export function adminEndpoints({ functions, run, keys }: AdminOptions): HttpHandler {
  return async (request, response, url) => {
    const verdict = checkKey(keyOf(url, request.headers['x-functions-key']), 'admin', keys)
    if (verdict !== 'allowed') return answerEmpty(response, verdict === 'forbidden' ? 403 : 401)

    const path = pathOf(request)
    const route = `${request.method} ${path.toLowerCase()}`
    if (route === 'GET /admin/host/status') return answerJson({ state: 'Running' })
    if (route === 'GET /admin/functions') return answerJson(functions.map(describeFunction))

    const name = FUNCTION_PATH.exec(path)?.[1]?.toLowerCase()
    const fn = functions.find((fn) => fn.name.toLowerCase() === name)
    if (!fn || request.method !== 'POST') return answerEmpty(response, 404)
    const body = await readBody(request, MAX_BODY_BYTES)
    const parsed = body === 'too large' ? undefined : parseBody(body.toString())
    if (!parsed?.success || fn.trigger === 'http') return answerEmpty(response, 400)
    run(fn, parsed.data.input ?? '')
    answerEmpty(response, 202)

    function answerJson(value: unknown) {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
    }
  }
}

function parseBody(text: string) {
  try {
    return bodySchema.safeParse(JSON.parse(text || '{}'))
  } catch {
    return undefined
  }
}
