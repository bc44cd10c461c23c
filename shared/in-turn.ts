/** Does work in its turn: after all that was given before it under the same key has ended. */
export type InTurn<K> = <R>(key: K, work: () => Promise<R>) => Promise<R>

/** Lets work of one kind queue up, a queue for each key. What fails holds nobody up. */
export function createTurns<K>(): InTurn<K> {
  const last = new Map<K, Promise<unknown>>()
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}
