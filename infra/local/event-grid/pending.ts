/** Keeps count of work that nobody awaits, so that one can wait for quiet. */
export type Pending = {
  /** @param work must not reject */
  add(work: Promise<void>): void
  /** Resolves when nothing is under way, nor started by what was under way. */
  idle(): Promise<void>
}

/** Nothing is under way yet. */
export function pendingWork(): Pending {
  const underWay = new Set<Promise<void>>()
  return {
    add(work) {
      underWay.add(work)
      work.finally(() => underWay.delete(work))
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
