import type { Cancellation } from '../../host/cancellation.ts'
import { AuthApiUnavailable } from '../index.ts'

export interface CallQueueOptions {
  /** Calls that may hold a place at once. */
  readonly maxRunning: number
  /** Calls that may wait for a place; further ones fail at once. */
  readonly maxWaiting: number
}

interface Waiting {
  readonly admit: () => void
  expired: boolean
}

/**
 * Bounds how many calls run at once. Further calls wait in order of arrival, up to a number and a deadline.
 * A call that fails here says nothing about the API, so the error has its own reason.
 */
export class CallQueue {
  readonly #options: CallQueueOptions
  #waiting: Waiting[] = []
  #next = 0
  #expired = 0
  #running = 0

  constructor(options: CallQueueOptions) {
    this.#options = options
  }

  /**
   * Takes a place. The caller must call `leave` exactly once afterwards.
   *
   * @returns `undefined` if a place was free, which saves a turn of the event loop.
   * @throws {AuthApiUnavailable} `overload` if the queue is full or the deadline has passed, `cancelled`
   *   if the signal was aborted.
   */
  enter(limitMs: number, signal: Cancellation | undefined): Promise<void> | undefined {
    if (signal?.aborted) return Promise.reject(cancelled({ mayHaveBeenReceived: false }))
    if (this.#running < this.#options.maxRunning) {
      this.#running++
      return undefined
    }
    if (this.#waiting.length - this.#next - this.#expired >= this.#options.maxWaiting) {
      return Promise.reject(overload('too many calls wait for the API'))
    }
    return this.#wait(limitMs, signal)
  }

  leave(): void {
    while (this.#next < this.#waiting.length) {
      const waiting = this.#waiting[this.#next++]
      if (this.#next > 1024) this.#compact()
      if (waiting === undefined) break
      if (waiting.expired) {
        this.#expired--
        continue
      }
      // the next call takes the place, so the number of running calls stays the same
      waiting.admit()
      return
    }
    this.#running--
  }

  #wait(limitMs: number, signal: Cancellation | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        expired: false,
        admit: () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', cancel)
          resolve()
        },
      }
      const expire = (error: AuthApiUnavailable) => {
        waiting.expired = true
        this.#expired++
        clearTimeout(timer)
        signal?.removeEventListener('abort', cancel)
        reject(error)
      }
      const cancel = () => expire(cancelled({ mayHaveBeenReceived: false }))
      const timer = setTimeout(
        () => expire(overload(`no free connection within ${limitMs} ms`)),
        limitMs,
      )
      signal?.addEventListener('abort', cancel)
      this.#waiting.push(waiting)
    })
  }

  #compact(): void {
    this.#waiting = this.#waiting.slice(this.#next)
    this.#next = 0
  }
}

/** The error of a cancelled call. */
export function cancelled({
  mayHaveBeenReceived,
}: {
  readonly mayHaveBeenReceived: boolean
}): AuthApiUnavailable {
  return new AuthApiUnavailable('cancelled', 'given up by the caller', { mayHaveBeenReceived })
}

function overload(message: string): AuthApiUnavailable {
  return new AuthApiUnavailable('overload', message, { mayHaveBeenReceived: false })
}
