import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

/** The account every storage emulator has; key and name are published by Microsoft and secure nothing. */
export const ACCOUNT_NAME = 'devstoreaccount1'
export const ACCOUNT_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

/** Time Azurite gets to flush its databases before it is killed. */
const STOP_LIMIT_MS = 5_000
/** Time a start may take: Azurite loads some 600 modules, and a busy machine is slow at that. */
const START_LIMIT_MS = 60_000

const SERVICES = ['blob', 'queue', 'table'] as const
type Service = (typeof SERVICES)[number]

export type AzuriteOptions = {
  /** Folder in which the data outlives this run. Without it everything is kept in memory. */
  directory?: string
  /** 0, the default, takes any free port. */
  ports?: Partial<Record<Service, number>>
  /** Receives Azurite's lines, access log included. Without it Azurite writes no access log. */
  log?: (line: string) => void
}

export type StorageEndpoints = { blobUrl: string; queueUrl: string; tableUrl: string }

export type Azurite = StorageEndpoints & {
  accountName: string
  accountKey: string
  connectionString: string
  /** Stops the process, by force after 5 s; resolves when it is gone. May be called twice. */
  dispose(): Promise<void>
}

/**
 * Starts Azurite's blob, queue and table services in one process of its own on the loopback
 * interface and resolves when all three listen. URLs carry the account, without a trailing slash.
 * The process also ends when this one does, however it ends.
 * @throws Error naming service and port when a port is taken, or with Azurite's last words.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  if (options.directory) await mkdir(options.directory, { recursive: true })
  const child = spawnAzurite(options)
  try {
    const origins = await listening(child, options)
    const endpoints = {
      blobUrl: `${origins.blob}/${ACCOUNT_NAME}`,
      queueUrl: `${origins.queue}/${ACCOUNT_NAME}`,
      tableUrl: `${origins.table}/${ACCOUNT_NAME}`,
    }
    return {
      ...endpoints,
      accountName: ACCOUNT_NAME,
      accountKey: ACCOUNT_KEY,
      connectionString: connectionStringOf(endpoints),
      dispose: () => stop(child),
    }
  } catch (error) {
    await stop(child)
    throw error
  }
}

/** The connection string of the emulator's account at these endpoints, e.g. with a gateway as blobUrl. */
export function connectionStringOf({ blobUrl, queueUrl, tableUrl }: StorageEndpoints): string {
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${ACCOUNT_NAME}`,
    `AccountKey=${ACCOUNT_KEY}`,
    `BlobEndpoint=${blobUrl}`,
    `QueueEndpoint=${queueUrl}`,
    `TableEndpoint=${tableUrl}`,
    '',
  ].join(';')
}

/**
 * Run inside Azurite's process. The channel to the parent closes when the parent disconnects on
 * purpose or dies by any means, so one path serves both. Before Azurite listens for SIGTERM there
 * is nothing to flush and it can just exit.
 */
const STOP_WITH_PARENT = `data:text/javascript,${encodeURIComponent(
  `process.once('disconnect', () => {
     if (!process.emit('SIGTERM')) process.exit()
     setTimeout(() => process.exit(), ${STOP_LIMIT_MS}).unref()
   })`,
)}`

function spawnAzurite({ directory, ports, log }: AzuriteOptions): ChildProcess {
  const main = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js')
  const listen = SERVICES.flatMap((service) => [
    `--${service}Host=127.0.0.1`,
    `--${service}Port=${ports?.[service] ?? 0}`,
  ])
  // The storage SDKs move to new API versions before Azurite knows them, hence skipApiVersionCheck.
  const flags = ['--disableTelemetry', '--skipApiVersionCheck', ...listen]
  if (!log) flags.push('--silent')
  flags.push(...(directory ? ['--location', resolve(directory)] : ['--inMemoryPersistence']))
  return spawn(process.execPath, ['--import', STOP_WITH_PARENT, main, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Its default place for data, which it looks at even when it keeps everything in memory.
    cwd: tmpdir(),
    env: withoutNodeOptions(process.env),
  })
}

/** A debugger or loader meant for this process must not reach Azurite's. */
function withoutNodeOptions(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = environment
  return rest
}

function listening(child: ChildProcess, options: AzuriteOptions): Promise<Record<Service, string>> {
  return new Promise((found, reject) => {
    const origins: Partial<Record<Service, string>> = {}
    const lastWords: string[] = []
    const overdue = setTimeout(
      () => reject(new Error(`Azurite did not listen within ${START_LIMIT_MS / 1000} s`)),
      START_LIMIT_MS,
    )
    const onLine = (line: string) => {
      options.log?.(line)
      const [, name, origin] =
        /^Azurite (\w+) service is successfully listening at (\S+)$/.exec(line) ?? []
      const service = SERVICES.find((service) => service === name?.toLowerCase())
      if (service && origin) origins[service] = origin
      const { blob, queue, table } = origins
      if (!blob || !queue || !table) return void lastWords.push(line)
      clearTimeout(overdue)
      lastWords.length = 0
      found({ blob, queue, table })
    }
    // Read to the end of its life: a full pipe would stop Azurite.
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', onLine)
    }
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(overdue)
      reject(startFailure(code, lastWords, options))
    })
  })
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

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exited = once(child, 'exit')
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  if (child.connected) child.disconnect()
  else child.kill('SIGTERM')
  await exited
  clearTimeout(force)
}
