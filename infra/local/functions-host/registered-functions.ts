import type { FunctionMetadata } from '../core-module/rpc.ts'
import { type HostFunction, readFunction, unservedBindings } from './functions.ts'
import type { HostLog } from './log.ts'
import type { Settings } from './settings.ts'

/** Reads all that the app registered; a function in error is left out and the log says why. */
export function readFunctions(
  registered: readonly FunctionMetadata[],
  settings: Settings,
  log: HostLog,
): HostFunction[] {
  return registered.flatMap((metadata) => {
    const about = { functionName: metadata.name }
    for (const binding of unservedBindings(metadata)) {
      log.warning(
        `'${metadata.name}' has a binding ${binding} that this host does not serve`,
        about,
      )
    }
    try {
      return [readFunction(metadata, settings)]
    } catch (error) {
      reportInError(metadata.name, error, log)
      return []
    }
  })
}

/** In the genuine host's words. */
export function reportInError(functionName: string, error: unknown, log: HostLog): void {
  const reason = error instanceof Error ? error.message : String(error)
  log.error(`The '${functionName}' function is in error: ${reason}`, { functionName })
}
