import type {
  FunctionMetadata,
  InvocationRequest,
  InvocationResponse,
  LogCategory,
  LogLevel,
} from './rpc.ts'

/** What `@azure/functions` hands to `setProgrammingModel`: how it wants its functions to be run. */
export type ProgrammingModel = {
  name: string
  version: string
  getInvocationModel(context: CoreInvocationContext): InvocationModel
  getCapabilities?(capabilities: Capabilities): Promise<Capabilities>
}

/** `HttpUri` is there when the app asked for HTTP streaming: requests then travel to that URL. */
export type Capabilities = Record<string, string>

/** One invocation in four steps, run in this order. */
export type InvocationModel = {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>
}

export type FunctionCallback = (...inputs: unknown[]) => unknown

export type CoreInvocationContext = {
  invocationId: string
  request: InvocationRequest
  metadata: FunctionMetadata
  /** The library warns about `context.log` after the end, except in post-invocation hooks. */
  state?: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined
  log(level: LogLevel, category: LogCategory, message: string): void
}
