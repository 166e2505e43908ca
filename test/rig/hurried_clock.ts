import type { Clock } from '../../src/host/clock.ts'

/**
 * A clock that runs faster than real time, so that a minute passes in less than a second. It starts when it is
 * first read: a test file may be loaded minutes before its tests run.
 */
export class HurriedClock implements Clock {
  #began: number | undefined
  readonly #speed: number

  constructor(speed: number) {
    this.#speed = speed
  }

  now(): number {
    this.#began ??= Date.now()
    return Math.floor(this.#began + (Date.now() - this.#began) * this.#speed)
  }
}
