import type { Clock } from '../../src/host/clock.ts'

/** A clock that runs faster than real time, so that a minute passes in less than a second. */
export class HurriedClock implements Clock {
  readonly #began = Date.now()
  readonly #speed: number

  constructor(speed: number) {
    this.#speed = speed
  }

  now(): number {
    return Math.floor(this.#began + (Date.now() - this.#began) * this.#speed)
  }
}
