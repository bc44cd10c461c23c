import path from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { APP_DIRECTORY } from '../local-system.ts'
import { DEFAULT_PORT, portsFrom } from '../ports.ts'

/** The highest TCP port. */
const LAST_PORT = 65_535

/** Where everything is kept unless another folder is asked for. */
export const DEFAULT_DATA_DIRECTORY = path.join(APP_DIRECTORY, '.local')

/** The command line of `npm start`. */
export type StartOptions = {
  /** First of the block of ports. */
  port: number
  /** Folder in which everything outlives this run. */
  dataDirectory: string
  fresh: boolean
  /** Functions Core Tools run the app instead of the stand-in. */
  func: boolean
  verbose: boolean
}

/**
 * Reads the command line. A relative folder is taken from `workingDirectory`, because npm runs
 * scripts in the project's folder wherever it was called from.
 * @throws CommanderError for help and for arguments that cannot be read, after saying so.
 */
export function parseStartOptions(args: readonly string[], workingDirectory: string): StartOptions {
  const program = new Command('npm start --')
    .description('Runs the whole of Bluelamp on this machine until Ctrl-C.')
    .option('--port <number>', 'first of a block of ports', firstPort, DEFAULT_PORT)
    .option('--data <folder>', 'where everything is kept between runs (default: .local)')
    .option('--fresh', 'forget what is kept there and begin anew', false)
    .option('--func', 'write local.settings.json and leave the app to `func start`', false)
    .option('--verbose', 'print every line of the app and of Event Grid', false)
    .exitOverride()
  program.parse(args, { from: 'user' })
  const { data, ...options } = program.opts<StartOptions & { data?: string }>()
  const dataDirectory =
    data === undefined ? DEFAULT_DATA_DIRECTORY : path.resolve(workingDirectory, data)
  return { ...options, dataDirectory }
}

function firstPort(text: string): number {
  const port = Number(text)
  const highest = LAST_PORT - Object.keys(portsFrom(undefined)).length
  if (/^\d+$/.test(text) && port >= 1 && port <= highest) return port
  throw new InvalidArgumentError(`Expected a number from 1 to ${highest}.`)
}
