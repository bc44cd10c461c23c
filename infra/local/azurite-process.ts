import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

/** Time Azurite gets to flush its databases before it is killed. */
const STOP_LIMIT_MS = 5_000
/** Time a start may take: Azurite loads some 600 modules, and a busy machine is slow at that. */
const START_LIMIT_MS = 60_000

/**
 * Time an unused connection stays open. Azurite's own 5 s are so short that a client on a busy
 * machine often sends into a connection that is just being closed.
 */
const KEEP_ALIVE_S = 60

/** The services of one Azurite process. */
const SERVICES = ['blob', 'queue', 'table'] as const
export type Service = (typeof SERVICES)[number]

export type AzuriteOptions = {
  /** Folder in which the data outlives this run. Without it everything is kept in memory. */
  directory?: string
  /** 0, the default, takes any free port. */
  ports?: Partial<Record<Service, number>>
  /**
   * Files in PEM form. With them all is https, and Azurite takes tokens of Entra's shape (it checks
   * their claims, not who signed them) and with them user delegation keys.
   */
  certificate?: { certFile: string; keyFile: string }
  /** Receives Azurite's lines, access log included. Without it Azurite writes no access log. */
  log?: (line: string) => void
}

const COLLECT_BUFFERS = new URL('../../shared/collect-buffers.ts', import.meta.url).href

/**
 * Run inside Azurite's process, through which all footage passes. The channel to the parent closes
 * when the parent disconnects on purpose or dies by any means, so one path serves both. Before
 * Azurite listens for SIGTERM there is nothing to flush and it can just exit.
 */
const PRELUDE = `data:text/javascript,${encodeURIComponent(
  `import { collectBuffersEarly } from ${JSON.stringify(COLLECT_BUFFERS)}
   collectBuffersEarly()
   process.once('disconnect', () => {
     if (!process.emit('SIGTERM')) process.exit()
     setTimeout(() => process.exit(), ${STOP_LIMIT_MS}).unref()
   })`,
)}`

/** Starts the process; its services take a while to listen. */
export function spawnAzurite({ directory, ports, certificate, log }: AzuriteOptions): ChildProcess {
  const main = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js')
  const listen = SERVICES.flatMap((service) => [
    `--${service}Host=127.0.0.1`,
    `--${service}Port=${ports?.[service] ?? 0}`,
    `--${service}KeepAliveTimeout=${KEEP_ALIVE_S}`,
  ])
  // The storage SDKs move to new API versions before Azurite knows them, hence skipApiVersionCheck.
  const flags = ['--disableTelemetry', '--skipApiVersionCheck', ...listen]
  if (!log) flags.push('--silent')
  flags.push(...(directory ? ['--location', resolve(directory)] : ['--inMemoryPersistence']))
  if (certificate) {
    const { certFile, keyFile } = certificate
    flags.push('--oauth', 'basic', '--cert', resolve(certFile), '--key', resolve(keyFile))
  }
  return spawn(process.execPath, ['--import', PRELUDE, main, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Its default place for data, which it looks at even when it keeps everything in memory.
    cwd: tmpdir(),
    env: withoutNodeOptions(process.env),
    // Out of the terminal's process group: at Ctrl-C storage must outlive the work that stores.
    detached: true,
  })
}

/** A debugger or loader meant for this process must not reach Azurite's. */
function withoutNodeOptions(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = environment
  return rest
}

/**
 * The origins of the services, once all of them listen.
 * @throws Error naming service and port when a port is taken, or with Azurite's last words.
 */
export async function listening(
  child: ChildProcess,
  options: AzuriteOptions,
): Promise<Record<Service, string>> {
  const { promise, resolve, reject } = Promise.withResolvers<Record<Service, string>>()
  const origins: Partial<Record<Service, string>> = {}
  const lastWords: string[] = []
  const onLine = (line: string) => {
    options.log?.(line)
    const [, name, origin] =
      /^Azurite (\w+) service is successfully listening at (\S+)$/.exec(line) ?? []
    const service = SERVICES.find((service) => service === name?.toLowerCase())
    if (service && origin) origins[service] = origin
    const { blob, queue, table } = origins
    if (blob && queue && table) resolve({ blob, queue, table })
    else lastWords.push(line)
  }
  // Read to the end of its life: a full pipe would stop Azurite.
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', onLine)
  }
  child.once('error', reject)
  child.once('close', (code) => reject(startFailure(code, lastWords, options)))
  const overdue = setTimeout(
    () => reject(new Error(`Azurite did not listen within ${START_LIMIT_MS / 1000} s`)),
    START_LIMIT_MS,
  )
  return promise.finally(() => clearTimeout(overdue))
}

function startFailure(code: number | null, lastWords: string[], { ports }: AzuriteOptions): Error {
  const words = lastWords.slice(-3).join(' | ')
  const taken = /EADDRINUSE.*:(\d+)/.exec(words)?.[1]
  if (!taken) return new Error(`Azurite ended with code ${code} before it listened: ${words}`)
  const service = SERVICES.find((name) => ports?.[name] === Number(taken)) ?? 'a'
  return new Error(
    `Azurite's ${service} port ${taken} is already in use: stop what holds it, or choose another port (0 takes a free one)`,
  )
}

/** Ends the process, by force after 5 s; resolves when it is gone. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exited = once(child, 'exit')
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  if (child.connected) child.disconnect()
  else child.kill('SIGTERM')
  await exited
  clearTimeout(force)
}
