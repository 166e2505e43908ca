import { type Cancellation, Canceller } from '../../host/cancellation.ts'
import type { RequestIdentity } from '../login/login.ts'

/** RADIUS clients wait for seconds before they repeat a request; anything faster is a flood. */
const noticeEveryMs = 1_000

/** Tells the API that a request was transmitted again. Nothing depends on its answer. */
type Notify = (signal: Cancellation) => Promise<unknown>

interface Pending {
  readonly notify: Notify
  readonly ended: Canceller
  transmittedAt: number
  noticedAt: number
  isNotifying: boolean
}

/** A request that the API has not decided yet. */
export interface PendingRequest {
  /** When its newest transmission arrived, by the clock of `PendingRequests`. */
  readonly transmittedAt: number
  /** Ends it, and a notice in flight. */
  end(): void
}

/**
 * The RADIUS requests that the API has not decided yet. Of their retransmissions it hears at most once per
 * second each, and one at a time, because anyone who captured a packet can repeat it thousands of times.
 */
export class PendingRequests {
  readonly #now: () => number
  readonly #pending = new Map<string, Pending>()

  /** @param now A clock that never goes back, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** @param transmittedAt When the request arrived. */
  begin(request: RequestIdentity, transmittedAt: number, notify: Notify): PendingRequest {
    const key = requestKey(request)
    const ended = new Canceller()
    const times = { transmittedAt, noticedAt: this.#now() }
    const pending = { notify, ended, ...times, isNotifying: false }
    this.#pending.set(key, pending)
    return {
      get transmittedAt() {
        return pending.transmittedAt
      },
      end: () => {
        ended.abort()
        if (this.#pending.get(key) === pending) this.#pending.delete(key)
      },
    }
  }

  retransmitted(request: RequestIdentity): void {
    const pending = this.#pending.get(requestKey(request))
    if (pending === undefined) return
    const now = this.#now()
    pending.transmittedAt = now
    if (pending.isNotifying) return
    if (now - pending.noticedAt < noticeEveryMs) return
    pending.noticedAt = now
    pending.isNotifying = true
    pending
      .notify(pending.ended)
      // the pending call itself reports what goes wrong
      .catch(() => {})
      .finally(() => {
        pending.isNotifying = false
      })
  }
}

/** Equal for all transmissions of a request. */
export function requestKey({ source, identifier, authenticator }: RequestIdentity): string {
  return `${source} ${identifier} ${Buffer.from(authenticator).toString('base64')}`
}
