import { registerHooks } from 'node:module'

const CORE_MODULE = '@azure/functions-core'

/**
 * Makes `require` and `import` of `@azure/functions-core` find our module, in this process, from
 * wherever they are called. To be called before any file of the app is loaded.
 */
export function provideCoreModule(): void {
  const url = new URL('index.ts', import.meta.url).href
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === CORE_MODULE
        ? { url, format: 'module-typescript', shortCircuit: true }
        : nextResolve(specifier, context),
  })
}
