import { type Reject, reject, type Verdict } from '../login/verdict.ts'
import type { WaitingLogin } from './waiting_login.ts'

/** A clock that never goes back, and its timers. */
export interface Timing {
  /** In milliseconds. */
  now(): number
  /** @returns Cancels the action. */
  after(milliseconds: number, action: () => void): () => void
}

/** What a waiting request receives once its login is decided. */
export type Share =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  /** Another request competed with it, so that it must ask for itself. */
  | { readonly kind: 'separated' }

interface Waiter {
  readonly share: PromiseWithResolvers<Share>
  /** Ends the wait when it closes. */
  readonly owner: object
}

const superseded = 'A later request of this login is answered in place of this one.'
const tooLate = 'Approved, but no request of this login was waiting any more.'
const stopping = 'The proxy is stopping. Please try again.'

/** What follows from the outcome, apart from the replies. */
export interface OutcomeEvents {
  /** It is not certain yet which request an approval lets in. */
  readonly held: (milliseconds: number) => void
  /** An approval lets nobody in. */
  readonly unclaimed: () => void
  /** The push or call has ended, and no request waits for it. */
  readonly ended: () => void
}

/** Hands the outcome of one push or call to the requests that wait for it. */
export class SharedOutcome {
  readonly login: WaitingLogin
  readonly #timing: Timing
  readonly #events: OutcomeEvents
  /** By request; several if a packet arrived from several ports. */
  readonly #waiters = new Map<string, Waiter[]>()
  #outcome: Verdict | undefined
  #cancelReview: (() => void) | undefined

  constructor(login: WaitingLogin, timing: Timing, events: OutcomeEvents) {
    this.login = login
    this.#timing = timing
    this.#events = events
  }

  /** The rejection that ended it; `undefined` while it waits, and after an approval. */
  get rejection(): Verdict | undefined {
    return this.#outcome?.kind === 'accept' ? undefined : this.#outcome
  }

  isAwaitedBy(requestId: string): boolean {
    return this.#waiters.has(requestId)
  }

  wait(requestId: string, owner: object): Promise<Share> {
    const share = Promise.withResolvers<Share>()
    this.#waiters.set(requestId, [...(this.#waiters.get(requestId) ?? []), { share, owner }])
    this.#review()
    return share.promise
  }

  separate(requestIds: readonly string[]): void {
    for (const requestId of requestIds) this.#give(requestId, { kind: 'separated' })
    this.#review()
  }

  /** Takes the outcome of the push or call. */
  decided(outcome: Verdict): void {
    this.#outcome = outcome
    this.#review()
  }

  /** The call failed with an unexpected error. */
  failed(error: unknown): void {
    for (const { share } of [...this.#waiters.values()].flat()) share.reject(error)
    this.#waiters.clear()
    this.#events.ended()
  }

  /** Rejects the requests of an owner that closes. */
  release(owner: object): void {
    const share = { kind: 'verdict', verdict: reject(stopping) } as const
    for (const [requestId, waiters] of this.#waiters) {
      if (waiters.some((waiter) => waiter.owner === owner)) this.#give(requestId, share)
    }
    this.#review()
  }

  /**
   * Applies an outcome: a rejection at once, and an approval as soon as it is certain which request it lets
   * in. Only here does an approval reach a request, and it reaches exactly one.
   */
  #review(): void {
    const outcome = this.#outcome
    this.#cancelReview?.()
    if (outcome === undefined) return
    if (this.#waiters.size > 0) {
      const holdMs = this.#apply(outcome)
      if (holdMs > 0) {
        this.#events.held(holdMs)
        this.#cancelReview = this.#timing.after(holdMs, () => this.#review())
        return
      }
    }
    this.#events.ended()
  }

  /** @returns How long an approval must wait; 0 if the outcome was applied. */
  #apply(outcome: Verdict): number {
    if (outcome.kind !== 'accept') {
      this.#giveAll(outcome)
      return 0
    }
    const now = this.#timing.now()
    const taker = this.login.taker(now)
    if (taker.kind === 'hold') return Math.max(1, taker.until - now)
    if (taker.kind === 'nobody') {
      this.#events.unclaimed()
      this.#giveAll(notLetIn(outcome, tooLate))
      return 0
    }
    // before the rejections, in case a client takes any reply as the answer to its login
    this.#give(taker.requestId, { kind: 'verdict', verdict: outcome })
    this.#giveAll(notLetIn(outcome, superseded))
    return 0
  }

  #giveAll(verdict: Verdict): void {
    for (const requestId of this.#waiters.keys())
      this.#give(requestId, { kind: 'verdict', verdict })
  }

  #give(requestId: string, given: Share): void {
    for (const { share } of this.#waiters.get(requestId) ?? []) share.resolve(given)
    this.#waiters.delete(requestId)
  }
}

function notLetIn({ factor }: Verdict, message: string): Reject {
  return reject(message, factor)
}
