const minuteMs = 60_000
/** For a client that has made no signed request. */
const anonymousResets = 20

/** Counts the HTTP/2 streams of one session that its client cancels, against a budget a minute. */
export class StreamResets {
  readonly #perMinute: number
  #count = 0
  #countedAt = Number.NEGATIVE_INFINITY

  /** @param perMinute What the session of an application may cancel. */
  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  /** Counts one. @returns Whether it is within the budget, which refills steadily. */
  allows(now: number, { isApplication }: { readonly isApplication: boolean }): boolean {
    const budget = isApplication ? this.#perMinute : Math.min(this.#perMinute, anonymousResets)
    const refilled = ((now - this.#countedAt) / minuteMs) * budget
    this.#count = Math.max(0, this.#count - refilled) + 1
    this.#countedAt = now
    return this.#count <= budget
  }
}
