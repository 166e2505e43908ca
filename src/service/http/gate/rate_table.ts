import { hash, randomBytes } from 'node:crypto'
import type { Clock } from '../../../host/clock.ts'

export interface RateTableOptions {
  /** Per key and window. */
  readonly max: number
  readonly windowMs: number
  readonly clock: Clock
}

const rows = 4
const width = 32_768

/**
 * Counts by key in a fixed amount of memory (a count-min sketch with conservative update). Keys are
 * never evicted, so an attacker can't reset a count by using many keys. A collision can only raise a
 * count; the hash is keyed, so an attacker can't choose collisions.
 */
export class RateTable {
  readonly #options: RateTableOptions
  readonly #counts = new Uint32Array(rows * width)
  readonly #key = randomBytes(16).toString('hex')
  #began: number
  /** Whether nothing was counted in this window: `remaining` then needs no hash. */
  #isEmpty = true

  constructor(options: RateTableOptions) {
    this.#options = options
    this.#began = options.clock.now()
  }

  /** How many more requests the key may make in this window. */
  remaining(key: string): number {
    this.#remainingMs()
    if (this.#isEmpty) return this.#options.max
    return this.#options.max - this.#count(this.#cells(key))
  }

  /** Counts a request. @returns Milliseconds until the next window if the limit is exceeded, else 0. */
  add(key: string): number {
    const remainingMs = this.#remainingMs()
    const cells = this.#cells(key)
    const count = this.#count(cells)
    if (count >= this.#options.max) return remainingMs
    for (const cell of cells) {
      if (this.#counts[cell] === count) this.#counts[cell] = count + 1
    }
    this.#isEmpty = false
    return 0
  }

  #count(cells: readonly number[]): number {
    return Math.min(...cells.map((cell) => this.#counts[cell] ?? 0))
  }

  #cells(key: string): number[] {
    const digest = hash('sha256', this.#key + key, 'buffer')
    return Array.from(
      { length: rows },
      (_, row) => row * width + (digest.readUInt32BE(row * 4) % width),
    )
  }

  /** Begins a new window if the last one is over, or the clock was set back. */
  #remainingMs(): number {
    const { windowMs, clock } = this.#options
    const now = clock.now()
    if (now < this.#began || now - this.#began >= windowMs) {
      this.#counts.fill(0)
      this.#isEmpty = true
      this.#began = now
    }
    return this.#began + windowMs - now
  }
}
