import { randomUUID } from 'node:crypto'
import { appendPeer } from './front-end.ts'
import type { HttpTrigger } from './functions.ts'
import { answerEmpty, type HttpHandler, pathOf } from './http-listener.ts'
import { forwardRequest } from './http-stream.ts'
import type { Invoke } from './invoker.ts'
import { checkKey, type HostKeys, keyOf } from './keys.ts'
import type { HostLimits } from './limits.ts'
import type { HostLog } from './log.ts'
import { readBody } from './request-body.ts'
import type { RouteTable } from './routes.ts'
import { httpBindingData, sendRpcResponse, toRpcRequest } from './rpc-http.ts'
import type { WorkerPool } from './worker-pool.ts'

export type HttpTriggerOptions = {
  routes: RouteTable<HttpTrigger>
  /** Whether the app has asked for HTTP streaming. */
  streaming: boolean
  pool: WorkerPool
  invoke: Invoke
  keys: HostKeys
  limits: HostLimits
  log: HostLog
}

/** Answers requests to the app's HTTP functions. */
export function httpTriggerHandler(options: HttpTriggerOptions): HttpHandler {
  const { routes, streaming, pool, invoke, keys, limits, log } = options
  return async (request, response, url) => {
    const match = routes(request.method ?? '', pathOf(request))
    if (!match) return answerEmpty(response, 404)
    const { function: fn, params } = match
    const verdict = checkKey(keyOf(url, request.headers['x-functions-key']), fn.authLevel, keys)
    if (verdict !== 'allowed') return answerEmpty(response, verdict === 'forbidden' ? 403 : 401)
    if (Number(request.headers['content-length'] ?? 0) > limits.requestBodyBytes) {
      return refuseBody()
    }

    appendPeer(request)
    const invocation = {
      function: fn,
      reason: `Reason='This function was programmatically called via the host APIs.'`,
      bindingData: httpBindingData(request, params, url.searchParams),
      traceParent: request.headers.traceparent?.toString(),
    }
    if (streaming) {
      const worker = await pool.take()
      const workerUri = worker.started.capabilities.HttpUri ?? ''
      const invocationId = randomUUID()
      // The value stays empty: the library takes the request from where it is forwarded to.
      const outcome = invoke({ ...invocation, value: {}, invocationId }, worker)
      const { streamIdleMs, requestBodyBytes } = limits
      const forwarding = { workerUri, invocationId, outcome, streamIdleMs, requestBodyBytes }
      return forwardRequest(request, response, forwarding)
    }

    const body = await readBody(request, limits.requestBodyBytes)
    if (body === 'too large') return refuseBody()
    const value = { http: toRpcRequest(request, params, url.searchParams, declared(body)) }
    const outcome = await invoke({ ...invocation, value })
    if (outcome.kind === 'succeeded') sendRpcResponse(response, outcome.response.returnValue)
    else answerEmpty(response, 500)

    function refuseBody() {
      response.setHeader('Connection', 'close')
      response.once('finish', () => request.destroy())
      answerEmpty(response, 500)
    }

    /** Only a body with a declared length reaches the worker (ToRpcHttp in the host's sources). */
    function declared(body: Buffer): Buffer {
      if (request.headers['content-length'] !== undefined || body.length === 0) return body
      log.warning(
        `A body without Content-Length does not reach '${fn.name}': with HTTP streaming off the genuine host drops it`,
        { functionName: fn.name },
      )
      return Buffer.alloc(0)
    }
  }
}
