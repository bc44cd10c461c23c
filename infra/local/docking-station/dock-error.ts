/** Why docking stopped before the app gave its verdict. */
export type DockErrorCode =
  /** No answer after all attempts: the next run goes on where this one stopped. */
  | 'unreachable'
  /** The token endpoint does not take the dock's credentials. */
  | 'sign-in-refused'
  /** The app or the storage answered what the contract does not allow. */
  | 'unexpected-answer'
  /** A file is missing, unreadable, of an unknown type, or changed while it was sent. */
  | 'file'
  /** Someone asked it to stop. */
  | 'interrupted'
  /** Options or settings do not say enough. */
  | 'settings'

/** Anything that kept the dock from an outcome. The message says what happened and what to do. */
export class DockError extends Error {
  readonly code: DockErrorCode

  constructor(code: DockErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DockError'
    this.code = code
  }
}
