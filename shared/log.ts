/** What a line may carry: ids, numbers and names, never a token, a SAS or personal data. */
export type LogFields = Record<string, string | number | boolean | undefined>

/** Where the domain writes what operators should know. */
export type Log = {
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** The part of an invocation context that takes log lines. */
export type LogSink = Record<'info' | 'warn' | 'error', (line: string) => void>

/** Writes one line of JSON an entry, so that a query over logs needs no parsing of prose. */
export const createLog = (sink: LogSink): Log => ({
  info: (message, fields) => sink.info(line(message, fields)),
  warn: (message, fields) => sink.warn(line(message, fields)),
  error: (message, fields) => sink.error(line(message, fields)),
})

const line = (message: string, fields: LogFields = {}): string =>
  JSON.stringify({ message, ...fields })
