import {
  type ApprovalTaker,
  approvalTaker,
  type ChainedRequest,
  chainExpires,
  firstRequest,
  type RetryChain,
  type RetrySchedule,
  slotAt,
} from '../../radius/index.ts'

type WaitingRequest = { -readonly [Key in keyof ChainedRequest]: ChainedRequest[Key] }

/** How a new request relates to a login that waits. */
export type Arrival =
  | { readonly kind: 'joined'; readonly attempt: number }
  /** It is a login of its own, and this one is not affected. */
  | { readonly kind: 'another login' }
  /** Nobody can tell which request belongs to the login, so its approval lets in none. */
  | {
      readonly kind: 'competes' | 'off schedule'
      /** Requests that may belong to another login, and must ask for themselves. */
      readonly separated: readonly string[]
    }

/**
 * The requests of a login that waits for its user. Its RADIUS client retries with new packets, and nothing
 * in such a packet proves that it belongs to the login: an attacker's login differs only in its
 * time. So a request joins only when one is due, and only if no other one has joined there.
 */
export class WaitingLogin {
  readonly #opened: number
  readonly #schedule: RetrySchedule
  readonly #requests: WaitingRequest[]
  /** Whether an approval lets nobody in, because two requests competed. */
  #isVoid = false

  /** @param opened When its first request arrived, in milliseconds. */
  constructor(requestId: string, schedule: RetrySchedule, opened: number) {
    this.#opened = opened
    this.#schedule = schedule
    this.#requests = [{ requestId, ...firstRequest, arrived: opened }]
  }

  /** Whether a request of its client may arrive now. */
  isDue(now: number): boolean {
    return this.#slotAt(now) !== undefined
  }

  /** Takes a new request that asks for the same. */
  arrive(requestId: string, now: number): Arrival {
    const slot = this.#slotAt(now)
    if (slot === undefined) return { kind: 'another login' }
    const occupant = this.#requests.find((other) => other.slot >= slot)
    // the client repeats its packet, so it does not send another one
    if (occupant?.isProven === true) return { kind: 'another login' }
    if (occupant !== undefined) return { kind: 'competes', separated: this.#void(occupant) }
    if (slot % (this.#schedule.servers ?? 1) !== 0) {
      return { kind: 'off schedule', separated: this.#void() }
    }
    this.#requests.push({ requestId, ...firstRequest, slot, arrived: now, isProven: false })
    return { kind: 'joined', attempt: slot + 1 }
  }

  /**
   * A new request that asks for the same could belong to this login, or to another one.
   *
   * @returns The request that must ask for itself, if one has joined for the same retry.
   */
  compete(now: number): readonly string[] {
    const slot = this.#slotAt(now)
    if (slot === undefined) return []
    const occupant = this.#requests.find((other) => other.slot >= slot)
    return occupant?.isProven === true ? [] : this.#void(occupant)
  }

  /** An approval lets nobody in from now on. @returns The request that must ask for itself, if there is one. */
  #void(occupant?: WaitingRequest): readonly string[] {
    this.#isVoid = true
    return occupant === undefined ? [] : [occupant.requestId]
  }

  /**
   * One of its requests was transmitted again, so its client still waits. If it is due, and no other request
   * has joined since, this proves that it belongs to the login: a client either repeats its packet or sends a
   * new one.
   *
   * @returns The requests that must ask for themselves, if others have joined since.
   */
  retransmitted(requestId: string, now: number): readonly string[] {
    const slot = this.#slotAt(now)
    const request = this.#requests.find((other) => other.requestId === requestId)
    if (slot === undefined || request === undefined || slot <= request.slot) return []
    const rivals = this.#requests.filter((other) => other.slot > request.slot)
    if (rivals.length > 0) {
      this.#isVoid = true
      return [request, ...rivals].map((rival) => rival.requestId)
    }
    Object.assign(request, { slot, arrived: now, isProven: true })
    return []
  }

  /** Decides which request an approval lets in. */
  taker(now: number): ApprovalTaker {
    return this.#isVoid ? { kind: 'nobody' } : approvalTaker(this.#chain, now)
  }

  /** When no further request can be due. */
  get ends(): number {
    const { timeoutMs, attempts } = this.#schedule
    return this.#opened + timeoutMs * attempts
  }

  #slotAt(now: number): number | undefined {
    // the call itself limits how long the user has
    const isOver = now >= chainExpires(this.#chain, Number.POSITIVE_INFINITY)
    if (this.#isVoid || isOver) return undefined
    const first = { requested: this.#opened, unreadMs: 0 }
    const slot = slotAt(first, this.#schedule, { requested: now, unreadMs: 0 })
    return slot !== undefined && slot > 0 ? slot : undefined
  }

  get #chain(): RetryChain {
    const [requested, schedule, requests] = [this.#opened, this.#schedule, this.#requests]
    return { requested, delayMs: 0, mayLose: 0, schedule, requests, isClosed: false }
  }
}
