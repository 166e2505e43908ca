/**
 * A value that is expensive to compute, remembered for a while: however often it is asked for, it is
 * computed once at a time, and not again before it has aged.
 */
export class Remembered<Value> {
  readonly #compute: () => Promise<Value>
  readonly #maxAgeMs: number
  readonly #now: () => number
  #value: Promise<Value> | undefined
  #until = 0

  /** @param now A clock that never goes back, in milliseconds. */
  constructor(compute: () => Promise<Value>, maxAgeMs: number, now: () => number) {
    this.#compute = compute
    this.#maxAgeMs = maxAgeMs
    this.#now = now
  }

  /** Rejects as the computation does; a failure is remembered as long as a value. */
  get(): Promise<Value> {
    if (this.#value !== undefined && this.#now() < this.#until) return this.#value
    // nobody begins another one while this one runs
    this.#until = Number.POSITIVE_INFINITY
    this.#value = this.#compute().finally(() => {
      this.#until = this.#now() + this.#maxAgeMs
    })
    return this.#value
  }
}
