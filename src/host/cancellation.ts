/** Tells a call that it is cancelled. An `AbortSignal` is a `Cancellation`, too. */
export interface Cancellation {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Cancels a call, at a fifth of the cost of an `AbortController`: every sign-in has one. */
export class Canceller implements Cancellation {
  #isAborted = false
  #listeners: readonly (() => void)[] = none

  get aborted(): boolean {
    return this.#isAborted
  }

  abort(): void {
    if (this.#isAborted) return
    this.#isAborted = true
    const listeners = this.#listeners
    this.#listeners = none
    for (const listener of listeners) listener()
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners === none ? [listener] : [...this.#listeners, listener]
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const [first, ...others] = this.#listeners
    if (first === listener && others.length === 0) this.#listeners = none
    else this.#listeners = this.#listeners.filter((other) => other !== listener)
  }
}

const none: readonly (() => void)[] = []
