import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { Reference } from './contract.ts'
import type { DockRequest } from './dock-recording.ts'
import { atLeastOne, collect, seconds, signedSeconds, time, wholeNumber } from './option-values.ts'
import { ENDPOINTS_FILE, type StationSettings } from './settings.ts'

/** The command line as given: who is asked, what is docked, how it is shown. */
export type DockCommand = {
  files: string[]
  given: { [Name in keyof StationSettings]?: string }
  endpoints: string
  station: { stateDirectory: string; parallel: number }
  /** All but the file and its sequence. */
  recording: Omit<DockRequest, 'file' | 'sequence' | 'station'>
  /** Sequence of the first file; the others follow. */
  firstSequence?: number
  output: 'people' | 'json' | 'quiet'
}

type Options = {
  camera: string
  firmware: string
  sequence?: number
  officer: string
  unit: string
  borough: string | false
  incident?: string[]
  crime?: string[]
  caseUrn?: string[]
  exhibit?: string[]
  category?: string
  urgent?: true
  recordedAt?: Date
  duration?: number
  deviceClockOffset?: number
  gps?: string
  events?: string
  settings?: string
  hash: boolean
  corrupt?: true
  corruptOnce?: true
  parallel: number
  stateDir: string
  endpoints: string
  api?: string
  tokenEndpoint?: string
  clientId?: string
  clientSecret?: string
  scope?: string
  site?: string
  quiet?: true
  json?: true
}

/**
 * Reads the command line. Relative paths of media are taken from `workingDirectory`, because npm
 * runs scripts in the project's folder wherever it was called from.
 * @throws CommanderError for help and for arguments that cannot be read, after saying so on stderr.
 */
export function parseCommand(args: readonly string[], workingDirectory: string): DockCommand {
  const program = describeCommand()
  program.parse(args, { from: 'user' })
  const options = program.opts<Options>()
  const files = program.args.map((file) => resolve(workingDirectory, file))
  const sidecars = definedOnly({
    'gps-track': options.gps && resolve(workingDirectory, options.gps),
    'event-log': options.events && resolve(workingDirectory, options.events),
    settings: options.settings && resolve(workingDirectory, options.settings),
  })
  if (files.length > 1 && Object.keys(sidecars).length > 0) {
    program.error('sidecars belong to one recording: dock the files one by one')
  }
  const { api, tokenEndpoint, clientId, clientSecret, scope, site } = options
  const { camera, firmware, officer, unit, hash, corrupt, corruptOnce } = options
  return {
    files,
    given: definedOnly({ api, tokenEndpoint, clientId, clientSecret, scope, site }),
    endpoints: options.endpoints,
    station: {
      stateDirectory: options.stateDir,
      parallel: options.parallel,
    },
    recording: {
      camera: { serial: camera, firmware },
      officer,
      unit,
      references: referencesOf(options),
      sidecars,
      hash,
      corruptSends: corrupt ? Number.POSITIVE_INFINITY : corruptOnce ? 1 : 0,
      ...definedOnly({
        borough: options.borough || undefined,
        category: options.category,
        urgent: options.urgent,
        recordedAt: options.recordedAt,
        durationSeconds: options.duration,
        deviceClockOffsetSeconds: options.deviceClockOffset,
      }),
    },
    output: options.json ? 'json' : options.quiet ? 'quiet' : 'people',
    ...definedOnly({ firstSequence: options.sequence }),
  }
}

function describeCommand(): Command {
  return new Command('dock')
    .description('Docks a camera: sends its recordings and says when it may be wiped.')
    .argument('<files...>', 'recordings, in the order in which they were made')
    .option('--camera <serial>', 'serial number of the camera', 'BWV-LOCAL-1')
    .option('--firmware <version>', 'firmware of the camera', '1.0.0')
    .option('--sequence <number>', 'number of the first recording on the camera', wholeNumber)
    .option('--officer <number>', 'warrant number of the wearer', 'P214567')
    .option('--unit <unit>', 'unit of the wearer', 'camden-response-1')
    .option('--borough <borough>', 'borough of the wearer', 'camden')
    .option('--no-borough', 'a wearer whose unit serves all of London')
    .option('--incident <number>', 'incident (CAD), may be repeated', collect)
    .option('--crime <number>', 'crime reference, may be repeated', collect)
    .option('--case-urn <urn>', 'case URN, may be repeated', collect)
    .option('--exhibit <reference>', 'exhibit reference, may be repeated', collect)
    .option('--category <category>', 'what the recording is of')
    .option('--urgent', 'put it before other work')
    .option('--recorded-at <time>', 'when it began, ISO 8601 with zone (default: ended now)', time)
    .option('--duration <seconds>', 'length of each recording (default: as ffprobe says)', seconds)
    .option('--device-clock-offset <seconds>', 'how far the camera’s clock is ahead', signedSeconds)
    .option('--gps <file>', 'GPS track of the recording')
    .option('--events <file>', 'event log of the recording')
    .option('--settings <file>', 'settings of the camera')
    .option('--no-hash', 'act as a camera that cannot hash')
    .option('--corrupt', 'flip one byte of the recording on its way, whenever it is sent')
    .option('--corrupt-once', 'flip one byte the first time only')
    .option('--parallel <blocks>', 'blocks on their way at a time', atLeastOne, 4)
    .option('--state-dir <folder>', 'the dock’s journal', '.local/dock')
    .option('--endpoints <file>', 'where the local system says how it is reached', ENDPOINTS_FILE)
    .option('--api <url>', 'base URL of the app, /api included')
    .option('--token-endpoint <url>', 'where the dock gets its tokens')
    .option('--client-id <id>', 'the dock’s client id')
    .addOption(
      new Option('--client-secret <secret>', 'the dock’s secret').env('DOCK_CLIENT_SECRET'),
    )
    .option('--scope <scope>', 'scope of the app')
    .option('--site <site>', 'where the dock stands')
    .addOption(new Option('--quiet', 'print errors only').conflicts('json'))
    .option('--json', 'print one line of JSON per file')
    .addHelpText(
      'after',
      '\nExit codes: 0 may be wiped · 1 stopped, run again · 2 mismatched · 3 refused',
    )
    .exitOverride()
}

function referencesOf({ incident, crime, caseUrn, exhibit }: Options): Reference[] {
  const all = { incident, crime, 'case-urn': caseUrn, exhibit }
  return Object.entries(all).flatMap(([type, values = []]) =>
    values.map((value) => ({ type: type as Reference['type'], value })),
  )
}

/** exactOptionalPropertyTypes: an option that was not given is absent, not undefined. */
function definedOnly<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as never
}
