type DisposableLike = { dispose(): unknown }

/** Undoes a registration, once. */
export class Disposable {
  #onDispose: (() => unknown) | undefined

  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose
  }

  /** One that disposes of all the given ones. */
  static from(...disposables: DisposableLike[]): Disposable {
    return new Disposable(() => {
      for (const disposable of disposables) disposable.dispose()
    })
  }

  dispose(): unknown {
    const onDispose = this.#onDispose
    this.#onDispose = undefined
    return onDispose?.()
  }
}
