import type { Capabilities } from '../core-module/programming-model.ts'
import type {
  FunctionMetadata,
  InvocationRequest,
  InvocationResponse,
  LogCategory,
  LogLevel,
} from '../core-module/rpc.ts'

/** What the host says to a worker, over the IPC channel of node:child_process. */
export type HostMessage =
  | { type: 'invoke'; request: InvocationRequest }
  /** No invocation is running any more: run the appTerminate hooks and end. */
  | { type: 'terminate' }

/** What a worker says to the host. */
export type WorkerMessage =
  | { type: 'started'; functions: FunctionMetadata[]; capabilities: Capabilities }
  | {
      type: 'log'
      level: LogLevel
      category: LogCategory
      message: string
      functionName?: string
      invocationId?: string
    }
  | { type: 'response'; response: InvocationResponse }
  /** The handler, a hook or the conversion of its result threw. */
  | { type: 'failure'; invocationId: string; error: string }
