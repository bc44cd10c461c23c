import { Disposable } from './disposable.ts'
import type { FunctionCallback, ProgrammingModel } from './programming-model.ts'
import type { FunctionMetadata, LogCategory, LogLevel } from './rpc.ts'

export type RegisteredFunction = { metadata: FunctionMetadata; callback: FunctionCallback }

type LogSink = (level: LogLevel, category: LogCategory, message: string) => void

/** What the app has told the worker while its files were loaded. One app a process. */
export const app = {
  functions: new Map<string, RegisteredFunction>(),
  programmingModel: undefined as ProgrammingModel | undefined,
  /** Set when all files are loaded: from then on the host knows what there is. */
  registrationClosed: false,
  log: ((_level, _category, message) => console.error(message)) as LogSink,
}

/** @throws Error once the app has started. */
export function registerFunction(
  metadata: FunctionMetadata,
  callback: FunctionCallback,
): Disposable {
  if (app.registrationClosed) {
    throw new Error('A function can only be registered during app startup.')
  }
  if (app.functions.has(metadata.name)) {
    app.log('warning', 'system', `Function "${metadata.name}" is registered twice: the last wins`)
  }
  app.functions.set(metadata.name, { metadata, callback })
  return new Disposable(() => {
    if (app.registrationClosed) {
      throw new Error('A function can only be disposed during app startup.')
    }
    app.functions.delete(metadata.name)
  })
}

/** Takes the model that `@azure/functions` brings: it runs every invocation. */
export function setProgrammingModel(model: ProgrammingModel): void {
  app.programmingModel = model
}

/** The model that was set; none before the app has loaded `@azure/functions`. */
export function getProgrammingModel(): ProgrammingModel | undefined {
  return app.programmingModel
}
