import { Disposable } from './disposable.ts'

const HOOK_NAMES = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'] as const
export type HookName = (typeof HOOK_NAMES)[number]

type HookCallback = (context: object) => unknown

const callbacks: Record<HookName, HookCallback[]> = {
  preInvocation: [],
  postInvocation: [],
  appStart: [],
  appTerminate: [],
  log: [],
}

/**
 * Adds a callback to a moment in the life of the app.
 * @throws RangeError for a moment that does not exist, marked as the library expects it.
 */
export function registerHook(hookName: string, callback: HookCallback): Disposable {
  const name = HOOK_NAMES.find((known) => known === hookName)
  if (!name) {
    const unknown = new RangeError(
      `Unrecognized hook "${hookName}": expected one of ${HOOK_NAMES.join(', ')}`,
    )
    throw Object.assign(unknown, { isAzureFunctionsSystemError: true })
  }
  callbacks[name].push(callback)
  return new Disposable(() => {
    callbacks[name] = callbacks[name].filter((registered) => registered !== callback)
  })
}

/** Runs the callbacks one after the other; one that throws fails the invocation or the start. */
export async function runHooks(name: Exclude<HookName, 'log'>, context: object): Promise<void> {
  for (const callback of callbacks[name]) await callback(context)
}

/** Log hooks are synchronous: they may change the line's level or message before it leaves. */
export function runLogHooks(context: object): void {
  for (const callback of callbacks.log) callback(context)
}

/** `context.hookData` of the hooks that are about the app as a whole, for as long as it lives. */
export const appHookData: Record<string, unknown> = {}
