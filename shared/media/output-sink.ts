/** What is made of a chunk. */
export type OutputKind = 'copy' | 'proxy' | 'storyboard'

/**
 * Takes the bytes of one output while they are made. Nobody sees any of them before `commit`; what
 * is never committed is as if it had not been written.
 */
export interface OutputSink {
  /** Takes the next bytes; settles when there is room for more. They must not be changed after. */
  write(bytes: Uint8Array): Promise<void>
  /** Makes what was written visible, as a whole. */
  commit(): Promise<void>
}

/** For outputs of which only their measures are wanted. */
export const NOWHERE: OutputSink = { write: async () => {}, commit: async () => {} }
