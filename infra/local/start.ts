import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { CommanderError } from 'commander'
import { MediaError } from '../../shared/media/errors.ts'
import { findMediaTools } from '../../shared/media/running/tools.ts'
import { type LocalSystem, startLocalSystem } from './local-system.ts'
import { portsFrom } from './ports.ts'
import { consoleLog, consoleReport } from './start/console-log.ts'
import { type DataFolder, openDataFolder } from './start/data-folder.ts'
import { writeEndpoints } from './start/endpoints-file.ts'
import { requireFreePorts } from './start/free-ports.ts'
import { forceOnSecondInterrupt, interrupted } from './start/interrupt.ts'
import { ownSettings, writeLocalSettings } from './start/local-settings.ts'
import { parseStartOptions, type StartOptions } from './start/options.ts'
import { StartError } from './start/start-error.ts'
import { welcome } from './start/welcome.ts'

/** How often another host is asked whether it is up. */
const ASK_HOST_EVERY_MS = 1_000

process.exitCode = await main(process.argv.slice(2), process.env)

async function main(args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const stop = new AbortController()
  const stopping = interrupted().then(() => {
    forceOnSecondInterrupt()
    stop.abort()
  })
  try {
    await run(parseStartOptions(args, environment.INIT_CWD ?? process.cwd()), environment, stopping)
    return 0
  } catch (error) {
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode
    // A start that is interrupted loses its parts at any point: that is no fault.
    if (stop.signal.aborted) return 0
    if (!(error instanceof StartError || error instanceof MediaError)) throw error
    console.error(error.message)
    return 1
  }
}

async function run(
  options: StartOptions,
  environment: NodeJS.ProcessEnv,
  stopping: Promise<void>,
): Promise<void> {
  const ports = portsFrom(options.port)
  await requireFreePorts(ports, options.func ? 'api' : undefined)
  const settings = await ownSettings(environment)
  const { ffmpeg, version } = await findMediaTools({
    ffmpeg: settings.FFMPEG_PATH,
    ffprobe: settings.FFPROBE_PATH,
    searchPath: environment.PATH,
  })
  await using stack = new AsyncDisposableStack()
  const data = await openDataFolder(options.dataDirectory, options.fresh)
  stack.defer(() => data.release())

  console.log(`Starting on ports ${options.port}–${ports.player}, data in ${data.directory} …`)
  const system = await startSystem(options, settings, data)
  stack.defer(() => system.dispose())
  const endpoints = data.file('endpoints.json')
  await writeEndpoints(endpoints, system)
  stack.defer(() => rm(endpoints, { force: true }))

  console.log(
    welcome({ system, player: system.player.url, data, ffmpeg: `${ffmpeg} (${version})` }),
  )
  const leaving = new AbortController()
  const handedOver = system.host
    ? stopping
    : handOver(system, options.port, data, leaving.signal).then(() => stopping)
  await Promise.race([stopping, handedOver])
  leaving.abort()
  console.log('Stopping …')
}

async function startSystem(
  { port, func, verbose }: StartOptions,
  settings: Record<string, string>,
  data: DataFolder,
): Promise<LocalSystem> {
  try {
    const system = await startLocalSystem({
      directory: data.directory,
      port,
      settings: { SIGNING_KEY: await data.signingKey(), ...settings },
      log: consoleLog(verbose, console.log),
      report: consoleReport(verbose, console.log),
      ...(func && { otherHost: `http://127.0.0.1:${port}` }),
    })
    return system
  } catch (cause) {
    throw new StartError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** Leaves the app to Functions Core Tools; enters the sample people once they run it. */
async function handOver(
  system: LocalSystem,
  port: number,
  data: DataFolder,
  signal: AbortSignal,
): Promise<void> {
  const keptAs = await writeLocalSettings(system.settings, port, data)
  if (keptAs) console.log(`Your local.settings.json was replaced; the former one is ${keptAs}.`)
  console.log(`local.settings.json is written: now run "func start" in another terminal.`)
  while (!signal.aborted && !(await isUp(`${system.api}/health`))) {
    await delay(ASK_HOST_EVERY_MS, undefined, { signal }).catch(() => {})
  }
  if (signal.aborted) return
  await system.seed()
  console.log('The app answers; the sample people are registered.')
}

/** A host that refuses connections, or answers 503 while it loads the app, is not up yet. */
async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
