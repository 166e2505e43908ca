import type { RequestIdentity } from '../login/login.ts'

/** RADIUS clients wait for seconds before they repeat a request; anything faster is a flood. */
const noticeEveryMs = 1_000

/** Tells the API that a request was transmitted again. Nothing depends on its answer. */
type Notify = (signal: AbortSignal) => Promise<unknown>

interface Pending {
  readonly notify: Notify
  readonly ended: AbortController
  noticedAt: number
  isNotifying: boolean
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

  /** @returns Ends the request, and a notice in flight. */
  begin(request: RequestIdentity, notify: Notify): () => void {
    const key = toKey(request)
    const ended = new AbortController()
    const pending = { notify, ended, noticedAt: this.#now(), isNotifying: false }
    this.#pending.set(key, pending)
    return () => {
      ended.abort()
      if (this.#pending.get(key) === pending) this.#pending.delete(key)
    }
  }

  retransmitted(request: RequestIdentity): void {
    const pending = this.#pending.get(toKey(request))
    const now = this.#now()
    if (pending === undefined || pending.isNotifying) return
    if (now - pending.noticedAt < noticeEveryMs) return
    pending.noticedAt = now
    pending.isNotifying = true
    pending
      .notify(pending.ended.signal)
      // the pending call itself reports what goes wrong
      .catch(() => {})
      .finally(() => {
        pending.isNotifying = false
      })
  }
}

function toKey({ source, identifier, authenticator }: RequestIdentity): string {
  return `${source} ${identifier} ${Buffer.from(authenticator).toString('base64')}`
}
