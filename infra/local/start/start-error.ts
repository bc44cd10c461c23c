/** Why the system cannot start, in one sentence that says what to do; no stack helps its reader. */
export class StartError extends Error {
  override name = 'StartError'
}
