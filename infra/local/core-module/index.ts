/**
 * The module `@azure/functions-core`, which the genuine worker provides at run time and no
 * registry has: what `@azure/functions` may call.
 * @see https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/types-core/index.d.ts
 */
import { app } from './app.ts'
import type { LogCategory, LogLevel } from './rpc.ts'

export { getProgrammingModel, registerFunction, setProgrammingModel } from './app.ts'
export { Disposable } from './disposable.ts'
export { registerHook } from './hooks.ts'

/** The worker whose behaviour is followed. */
export const version = '3.9.1'
/** The host whose behaviour is followed; log hooks need 4.34. */
export const hostVersion = '4.1037.0'

/** Writes to the log of the host. */
export function log(level: LogLevel, category: LogCategory, message: string): void {
  app.log(level, category, message)
}
