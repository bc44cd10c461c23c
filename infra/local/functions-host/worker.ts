/**
 * The entry of a worker process: loads the app's files as the genuine Node worker does, tells the
 * host what they registered, then runs what the host asks for. `argv[2]` is the app's directory.
 */
import { app } from '../core-module/app.ts'
import { appHookData, runHooks } from '../core-module/hooks.ts'
import { provideCoreModule } from '../core-module/provide.ts'
import type { LogCategory, LogLevel } from '../core-module/rpc.ts'
import { loadEntryPoints } from './entry-points.ts'
import { invoke } from './worker-invocation.ts'
import type { HostMessage, WorkerMessage } from './worker-protocol.ts'

/** What the worker offers before the library adds its own, e.g. HttpUri. */
const WORKER_CAPABILITIES = {
  RawHttpBodyBytes: 'true',
  RpcHttpTriggerMetadataRemoved: 'true',
  RpcHttpBodyOnly: 'true',
  IgnoreEmptyValuedRpcHttpHeaders: 'true',
  UseNullableValueDictionaryForHttp: 'true',
  WorkerStatus: 'true',
  TypedDataCollection: 'true',
  HandlesWorkerTerminateMessage: 'true',
}

// The host is gone, however it ended: nobody is left to work for.
process.once('disconnect', () => process.exit())
// Ctrl-C reaches the whole process group; the host ends its workers itself, in order.
process.on('SIGINT', () => {})

app.log = (level, category, message) => sendLog(level, category, message)
provideCoreModule()
await start(process.argv[2] ?? process.cwd())

async function start(appDirectory: string): Promise<void> {
  try {
    await loadEntryPoints(appDirectory, (message) => sendLog('debug', 'system', message))
    await runHooks('appStart', { hookData: appHookData })
  } catch (error) {
    // Since Node 20 one file that throws stops the whole app: the genuine worker then reports no
    // function at all (shouldBlockOnEntryPointError in its startApp.ts).
    app.functions.clear()
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    sendLog('error', 'system', `${message}. No function of this app is available.\n${stack}`)
  }
  app.registrationClosed = true
  const capabilities = await app.programmingModel?.getCapabilities?.({ ...WORKER_CAPABILITIES })
  // Registered options may hold functions or class instances; what counts travels as JSON.
  const functions = JSON.parse(
    JSON.stringify([...app.functions.values()].map(({ metadata }) => metadata)),
  )
  process.on('message', receive)
  send({ type: 'started', functions, capabilities: capabilities ?? WORKER_CAPABILITIES })
}

function receive(message: HostMessage): void {
  if (message.type === 'invoke') invoke(message.request, sendLog).then(send)
  else terminate()
}

async function terminate(): Promise<void> {
  await runHooks('appTerminate', { hookData: appHookData }).catch((error) =>
    sendLog('error', 'system', `An appTerminate hook failed: ${error}`),
  )
  // Lets what was logged leave first.
  process.disconnect()
}

function sendLog(
  level: LogLevel,
  category: LogCategory,
  message: string,
  invocation?: { functionName: string; invocationId: string },
): void {
  send({ type: 'log', level, category, message, ...invocation })
}

function send(message: WorkerMessage): void {
  process.send?.(message)
}
