/** How often the progress of a running chunk is written down. */
const NOTE_EVERY_MS = 3_000

/**
 * Passes on how far a chunk has come, at most every three seconds and one note at a time; what
 * comes in between is overtaken by the next. A note that fails is no reason to stop the work.
 */
export function progressNotes(
  note: (fraction: number) => Promise<void>,
  onFailure: (error: unknown) => void,
  now: () => Date,
): (fraction: number) => void {
  let nextAt = 0
  let writing = false
  return (fraction) => {
    const time = now().getTime()
    if (writing || time < nextAt) return
    nextAt = time + NOTE_EVERY_MS
    writing = true
    note(fraction)
      .catch(onFailure)
      .finally(() => {
        writing = false
      })
  }
}
