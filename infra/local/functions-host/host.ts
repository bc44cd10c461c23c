import { adminEndpoints } from './admin-endpoints.ts'
import { type CorsOptions, withCors } from './cors.ts'
import { dispatch } from './dispatch.ts'
import { eventGridWebhook } from './event-grid-webhook.ts'
import { describeFunction, type FunctionDescription, type HostFunction } from './functions.ts'
import { readHostJson } from './host-json.ts'
import { HttpListener } from './http-listener.ts'
import { httpTriggerHandler } from './http-trigger.ts'
import { Invoker } from './invoker.ts'
import { type HostKeys, LOCAL_KEYS } from './keys.ts'
import { GENUINE_LIMITS, type HostLimits, limitsSetBy } from './limits.ts'
import { type HostLog, hostLog, type Log, printWarnings } from './log.ts'
import { readFunctions } from './registered-functions.ts'
import { buildRouteTable } from './routes.ts'
import { type Settings, workerEnvironment } from './settings.ts'
import { shutDown } from './shutdown.ts'
import { runByHand, runTimer, startTriggers } from './triggers.ts'
import { WorkerPool } from './worker-pool.ts'
import { WorkerProcess } from './worker-process.ts'

export type FunctionsHostOptions = {
  /** Has package.json, whose `main` names the entry files, and host.json. */
  appDirectory: string
  /** The app's settings: the workers' environment, `%NAME%` and connections. */
  settings: Settings
  /** 0 takes a free port. */
  port: number
  /** Worker processes over which invocations are spread, in turn; 1 by default. */
  workers?: number
  /** `Host.CORS` of local.settings.json, `siteConfig.cors` in Azure; without it no CORS. */
  cors?: CorsOptions
  log?: Log
  limits?: Partial<HostLimits>
  keys?: Partial<HostKeys>
}

export type FunctionsHost = {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  url: string
  keys: HostKeys
  /** What runs: a function that is in error is not among them, and the log says why. */
  functions: FunctionDescription[]
  /** Process ids of the workers that are alive. */
  workers: number[]
  /**
   * SIGKILL in mid-work, as if the worker's machine had died: HTTP callers get 502 or 500, queue
   * messages come back when their lease has run out. Resolves when it is dead; it is replaced.
   */
  killWorker(index: number): Promise<void>
  /**
   * Runs a timer function now, outside its schedule; resolves when it has ended.
   * @throws Error when there is no such timer, or when it fails.
   */
  runTimer(name: string): Promise<void>
  /** Refuses what is new, lets what runs finish (up to `drainMs`), ends the workers. */
  dispose(): Promise<void>
}

/**
 * Starts a development host for an unmodified Functions app (v4 programming model) and resolves
 * when its functions answer. Until then the port answers 503.
 * @throws Error naming the port when it is in use, and for an app that the genuine host would not
 * start either: a bad host.json, a route that begins with a slash, workers that keep dying.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { appDirectory, settings, log = printWarnings } = options
  const limits = { ...GENUINE_LIMITS, ...limitsSetBy(settings), ...options.limits }
  const keys = { ...LOCAL_KEYS, ...options.keys }
  const ownLog = hostLog(log)
  const hostJson = await readHostJson(appDirectory)
  const listener = await HttpListener.listen(options.port, ownLog)
  const environment = workerEnvironment(settings, { appDirectory, port: listener.port })
  const nodeArguments = (settings.languageWorkers__node__arguments ?? '').split(' ').filter(Boolean)
  const pool = new WorkerPool({
    workers: options.workers ?? 1,
    functionTimeoutMs: hostJson.functionTimeout,
    spawn: () => new WorkerProcess({ appDirectory, environment, nodeArguments, log }),
    log: ownLog,
  })
  const { invoke, drained } = new Invoker(pool, log)
  const shared = { pool, invoke, keys, limits, log: ownLog }
  try {
    const { functions: registered, capabilities } = await pool.started()
    const readable = readFunctions(registered, settings, ownLog)
    const { routePrefix } = hostJson.extensions.http
    const routes = buildRouteTable(
      readable.filter((fn) => fn.trigger === 'http'),
      routePrefix,
    )
    const { queues } = hostJson.extensions
    const triggers = await startTriggers(readable, { ...shared, settings, queues })
    const { functions } = triggers
    const run = (fn: HostFunction, input: string) => runByHand(fn, input, triggers, invoke)
    const streaming = capabilities.HttpUri !== undefined
    const paths = dispatch({
      admin: adminEndpoints({ functions, keys, run }),
      eventGrid: eventGridWebhook({ ...shared, functions }),
      app: httpTriggerHandler({ ...shared, routes, streaming }),
    })
    listener.serve(withCors(options.cors ?? { allowedOrigins: [] }, paths))
    announce(functions, `${listener.url}/${routePrefix}`, ownLog)
    return {
      url: listener.url,
      keys,
      functions: functions.map(describeFunction),
      get workers() {
        return pool.pids
      },
      killWorker: (index) => pool.kill(index),
      runTimer: (name) => runTimer(name, triggers),
      dispose: once(() => shutDown({ listener, triggers, drained, pool, limits })),
    }
  } catch (error) {
    listener.cut()
    await Promise.all([listener.close(), pool.dispose()])
    throw error
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}

/** Says where each function is reached, as the genuine host does at its start. */
function announce(functions: readonly HostFunction[], base: string, log: HostLog): void {
  for (const fn of functions) {
    const where =
      fn.trigger === 'http'
        ? `[${fn.methods.join(',')}] ${base.replace(/\/$/, '')}/${fn.route}`
        : `${fn.trigger}Trigger`
    log.information(`${fn.name}: ${where}`, { functionName: fn.name })
  }
  if (functions.length === 0) log.error('No functions were found: did an entry file throw?')
}
