/** How a RADIUS client retries a request that gets no reply. */
export interface RetrySchedule {
  /** How long it waits for the reply to one request. */
  readonly timeoutMs: number
  /** How many requests it sends for one login, over all servers. */
  readonly attempts: number
}

/** A RADIUS request that waits for the outcome of a transaction. */
export interface ChainedRequest {
  readonly requestId: string
  /** Its number in the schedule: 0 for the first one. */
  readonly slot: number
  readonly arrived: number
  /** Whether it surely belongs to the login: the first request, and retransmissions of one that does. */
  readonly isProven: boolean
  /** Whether another request competed for its slot, so that it became a sign-in of its own. */
  readonly isDetached: boolean
}

/** The requests of one login, and the schedule by which they arrive. */
export interface RetryChain {
  readonly opened: number
  readonly schedule: RetrySchedule
  readonly requests: readonly ChainedRequest[]
  /** Whether no further request can join, because two competed for one slot. */
  readonly isClosed: boolean
}

/** Who an approval lets in: at most one request. */
export type ApprovalTaker =
  | { readonly kind: 'request'; readonly requestId: string }
  /** It is decided then: the next request may arrive, or a second one may compete with the newest. */
  | { readonly kind: 'hold'; readonly until: number }
  | { readonly kind: 'nobody' }

const maxToleranceMs = 1500
const maxReplyMs = 500

/** How far a request may arrive from its time in the schedule. */
export function toleranceMs({ timeoutMs }: RetrySchedule): number {
  return Math.min(maxToleranceMs, timeoutMs / 4)
}

/** The slot of a new request that arrives now; `undefined` if the schedule has none at this time. */
export function slotAt(opened: number, schedule: RetrySchedule, now: number): number | undefined {
  const { timeoutMs, attempts } = schedule
  const slot = Math.round((now - opened) / timeoutMs)
  const isNear = Math.abs(now - opened - slot * timeoutMs) <= toleranceMs(schedule)
  return slot >= 1 && slot < attempts && isNear ? slot : undefined
}

/**
 * When nobody can listen any more: the newest request has timed out, and the next one has not arrived.
 *
 * @param maxMs How long a user may take to answer one request.
 */
export function chainExpires(chain: RetryChain, maxMs: number): number {
  const newest = newestOf(chain)
  if (newest === undefined) return chain.opened
  const { schedule } = chain
  const timesOut = newest.arrived + schedule.timeoutMs
  const ends = hasNext(chain, newest)
    ? Math.max(timesOut, windowEnd(chain, newest.slot + 1))
    : timesOut
  return Math.min(ends, newest.arrived + maxMs)
}

/**
 * Decides which request an approval lets in. It is the newest one, because the client ignores replies to
 * requests that it has given up. A request with a new packet is certain only after the window of its slot
 * has passed without a competitor: an attacker's login can arrive there as well.
 */
export function approvalTaker(chain: RetryChain, now: number): ApprovalTaker {
  const newest = newestOf(chain)
  if (newest === undefined) return { kind: 'nobody' }
  const { schedule } = chain
  const certain = newest.isProven ? newest.arrived : windowEnd(chain, newest.slot)
  if (now < certain) return { kind: 'hold', until: certain }
  // the reply needs time to reach the client
  const replyMs = Math.min(maxReplyMs, schedule.timeoutMs / 8)
  if (now < newest.arrived + schedule.timeoutMs - replyMs) {
    return { kind: 'request', requestId: newest.requestId }
  }
  const until = hasNext(chain, newest) ? windowEnd(chain, newest.slot + 1) : 0
  return now < until ? { kind: 'hold', until } : { kind: 'nobody' }
}

function newestOf({ requests }: RetryChain): ChainedRequest | undefined {
  return requests
    .filter(({ isDetached }) => !isDetached)
    .toSorted((one, other) => other.slot - one.slot || other.arrived - one.arrived)[0]
}

function hasNext({ schedule, isClosed }: RetryChain, { slot }: ChainedRequest): boolean {
  return !isClosed && slot + 1 < schedule.attempts
}

function windowEnd({ opened, schedule }: RetryChain, slot: number): number {
  return opened + slot * schedule.timeoutMs + toleranceMs(schedule)
}
