import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findMediaTools, type MediaTools } from '../../../shared/media/running/tools.ts'
import type { Station } from '../docking-station/dock-recording.ts'
import { type LocalSystem, startLocalSystem } from '../local-system.ts'
import { sampleDocks } from '../sample-people.ts'
import { ownSettings } from '../start/local-settings.ts'
import { type Checks, createChecks, type Finding } from './checks.ts'
import { type Client, createClient } from './client.ts'

/** What every scene of the demonstration plays on. */
export type Stage = {
  system: LocalSystem
  /** The HTTP endpoints, as any of the sample people or docks. */
  client: Client
  tools: MediaTools
  station: Station
  /** For files that the scenes make; gone at the end. */
  folder: string
  checks: Checks
  seconds: () => number
  say: (line: string) => void
  /** What the app has warned of; shown if something fails. */
  warnings: string[]
  dispose(): Promise<void>
}

/**
 * Starts the whole system in memory on free ports.
 * @throws MediaError if there is no ffmpeg, saying how to install it
 */
export async function setStage(
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<Stage> {
  // Of a developer's settings only these: no policy of theirs may change what is to be seen.
  const { FFMPEG_PATH, FFPROBE_PATH } = await ownSettings(environment)
  const tools = await findMediaTools({
    ffmpeg: FFMPEG_PATH,
    ffprobe: FFPROBE_PATH,
    searchPath: environment.PATH,
  })
  const warnings: string[] = []
  const [dock] = sampleDocks
  if (!dock) throw new Error('sample-people.json has no dock.')
  const folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-demo-'))
  const system = await startLocalSystem({
    settings: { ...(FFMPEG_PATH && { FFMPEG_PATH }), ...(FFPROBE_PATH && { FFPROBE_PATH }) },
    log: ({ level, functionName, message }) => {
      if (level === 'warning' || level === 'error' || level === 'critical') {
        warnings.push(`${level} ${functionName ?? ''} ${message}`)
      }
    },
  }).catch(async (error) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1_000
  return {
    system,
    client: createClient(system),
    tools,
    station: {
      api: system.api,
      tokenEndpoint: system.issuer.tokenEndpoint,
      clientId: dock.clientId,
      clientSecret: dock.secret,
      scope: system.issuer.scope,
      site: dock.site,
      stateDirectory: path.join(folder, 'dock'),
      ffprobePath: tools.ffprobe,
    },
    folder,
    checks: createChecks(({ holds, what, seen }: Finding) =>
      say(`  ${holds ? '✓' : '✗'} ${what}: ${seen}`),
    ),
    seconds,
    say,
    warnings,
    async dispose() {
      await system.dispose()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
