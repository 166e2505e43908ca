/** Counts events within a span up to now, in a fixed amount of memory. */
export class RollingCount {
  readonly #bucketMs: number
  readonly #counts: number[]
  /** The bucket that was last counted in or read, since the origin of the clock. */
  #current = 0

  /** @param spanMs Counted in `buckets` parts; the oldest part is forgotten as a whole. */
  constructor(spanMs: number, buckets: number) {
    this.#bucketMs = spanMs / buckets
    this.#counts = Array<number>(buckets).fill(0)
  }

  /** @param nowMs By a clock that never steps back. */
  add(nowMs: number): void {
    this.#forgetOld(nowMs)
    const index = this.#current % this.#counts.length
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  sum(nowMs: number): number {
    this.#forgetOld(nowMs)
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  #forgetOld(nowMs: number): void {
    const bucket = Math.floor(nowMs / this.#bucketMs)
    const passed = Math.min(bucket - this.#current, this.#counts.length)
    for (let step = 1; step <= passed; step++) {
      this.#counts[(this.#current + step) % this.#counts.length] = 0
    }
    this.#current = bucket
  }
}
