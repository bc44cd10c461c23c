/**
 * The part of the host-worker protocol that the programming model sees: plain data, named as in
 * the published protocol (Azure/azure-functions-language-worker-protobuf, FunctionRpc.proto).
 */

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none'

/** `user` lines come from the app's `context.log`, `system` lines from the library or the worker. */
export type LogCategory = 'user' | 'system' | 'customMetric'

type NullableString = { value: string }

export type HttpCookie = {
  name: string
  value: string
  domain?: NullableString
  path?: NullableString
  expires?: { value: { seconds: number } }
  secure?: { value: boolean }
  httpOnly?: { value: boolean }
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone'
  maxAge?: { value: number }
}

/** An HTTP request on its way to the worker, or a response on its way back. */
export type HttpData = {
  url?: string
  method?: string
  statusCode?: string
  headers?: Record<string, string>
  body?: TypedData | null
  cookies?: HttpCookie[]
  enableContentNegotiation?: boolean
  nullableHeaders?: Record<string, NullableString>
  nullableParams?: Record<string, NullableString>
  nullableQuery?: Record<string, NullableString>
}

/** One value of any kind; exactly one of the fields is set, none for null. */
export type TypedData = {
  string?: string
  json?: string
  bytes?: Uint8Array
  int?: number
  double?: number
  http?: HttpData
}

export type BindingInfo = {
  type: string
  direction: 'in' | 'out' | 'inout'
  [option: string]: unknown
}

/** A function as `app.http(…)` and its siblings register it. */
export type FunctionMetadata = {
  name: string
  bindings: Record<string, BindingInfo>
  retryOptions?: unknown
}

export type ParameterBinding = { name: string; data: TypedData }

export type InvocationRequest = {
  invocationId: string
  functionId: string
  inputData: ParameterBinding[]
  triggerMetadata: Record<string, TypedData>
  traceContext: { traceParent: string; traceState: string }
}

export type InvocationResponse = {
  invocationId: string
  outputData?: ParameterBinding[]
  returnValue?: TypedData | null
}
