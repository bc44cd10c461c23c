import { app } from '../core-module/app.ts'
import { runHooks, runLogHooks } from '../core-module/hooks.ts'
import type { CoreInvocationContext } from '../core-module/programming-model.ts'
import type {
  FunctionMetadata,
  InvocationRequest,
  LogCategory,
  LogLevel,
} from '../core-module/rpc.ts'
import type { WorkerMessage } from './worker-protocol.ts'

type SendLog = (
  level: LogLevel,
  category: LogCategory,
  message: string,
  invocation: { functionName: string; invocationId: string },
) => void

/**
 * Runs one invocation through the programming model, in the genuine worker's order: arguments,
 * hooks before, the handler, hooks after (which may change result and error), the response.
 * Never rejects: whatever is thrown comes back as a `failure`.
 */
export async function invoke(request: InvocationRequest, sendLog: SendLog): Promise<WorkerMessage> {
  try {
    return { type: 'response', response: await run(request, sendLog) }
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { type: 'failure', invocationId: request.invocationId, error: text }
  }
}

async function run(request: InvocationRequest, sendLog: SendLog) {
  const { programmingModel } = app
  const registered = app.functions.get(request.functionId)
  if (!registered || !programmingModel) {
    throw new Error(`Function "${request.functionId}" is not loaded and cannot be invoked`)
  }
  /** Shared by this invocation's hooks. */
  const hookData = {}
  const core = coreContext(request, registered.metadata, hookData, sendLog)
  const model = programmingModel.getInvocationModel(core)
  const { context, inputs } = await model.getArguments()

  const before = {
    hookData,
    invocationContext: context,
    functionCallback: registered.callback,
    inputs,
  }
  await inState('preInvocationHooks', () => runHooks('preInvocation', before))

  const after = {
    hookData,
    invocationContext: context,
    inputs: before.inputs,
    result: null as unknown,
    error: null as unknown,
  }
  await inState('invocation', async () => {
    try {
      after.result = await model.invokeFunction(context, before.inputs, before.functionCallback)
    } catch (error) {
      after.error = error
    }
  })
  await inState('postInvocationHooks', () => runHooks('postInvocation', after))
  // As in the genuine worker, a thrown null or undefined counts as no error at all.
  if (after.error !== null && after.error !== undefined) throw after.error
  return model.getResponse(context, after.result)

  async function inState(state: CoreInvocationContext['state'], work: () => Promise<void>) {
    core.state = state
    await work().finally(() => {
      core.state = undefined
    })
  }
}

function coreContext(
  request: InvocationRequest,
  metadata: FunctionMetadata,
  hookData: object,
  sendLog: SendLog,
): CoreInvocationContext {
  const { invocationId } = request
  return {
    invocationId,
    request,
    metadata,
    log(level, category, message) {
      const line = { level, category, message, hookData }
      runLogHooks(line)
      sendLog(line.level, line.category, line.message, {
        functionName: metadata.name,
        invocationId,
      })
    },
  }
}
