import type { Log } from '../../host/log.ts'
import { AuthApiUnavailable } from '../index.ts'

const logEveryMs = 10_000

export interface WaitingLimitOptions {
  /** Calls that may wait for their users at once. */
  readonly max: number
  readonly log: Log
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number
}

/** Limits how many calls wait for their users, so that a flood of pushes can't use up the memory. */
export class WaitingLimit {
  readonly #options: WaitingLimitOptions
  #size = 0
  #unlogged = 0
  #loggedAt = Number.NEGATIVE_INFINITY

  constructor(options: WaitingLimitOptions) {
    this.#options = options
  }

  /** Calls that wait. */
  get size(): number {
    return this.#size
  }

  /**
   * Takes a place; `leave` must follow.
   *
   * @throws {AuthApiUnavailable} `too_many_waiting` if there is none.
   */
  enter(): void {
    const { max } = this.#options
    if (this.#size < max) {
      this.#size++
      return
    }
    this.#unlogged++
    this.#report()
    throw new AuthApiUnavailable('too_many_waiting', `${max} calls wait for their users`, {
      mayHaveBeenReceived: false,
    })
  }

  leave(): void {
    this.#size--
  }

  #report(): void {
    const { max, log, now } = this.#options
    if (now() - this.#loggedAt < logEveryMs) return
    this.#loggedAt = now()
    log.error(`api_max_waiting=${max} is reached: further sign-ins are rejected as busy`, {
      rejected: this.#unlogged,
    })
    this.#unlogged = 0
  }
}
