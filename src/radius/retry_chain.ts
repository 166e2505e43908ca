/** How a RADIUS client retries a request that gets no reply. */
export interface RetrySchedule {
  /** How long it waits for the reply to one request. */
  readonly timeoutMs: number
  /** How many requests it sends for one login, over all servers. */
  readonly attempts: number
  /**
   * How many servers it asks in turn, for a server that sees only its own share of the requests. Absent
   * if the requests to all servers are known, or all of them arrive at one.
   */
  readonly servers?: number
}

/** A RADIUS request that waits for the outcome of a transaction. */
export interface ChainedRequest {
  readonly requestId: string
  /**
   * Its number in the schedule: 0 for the one that opened the transaction. Negative for one that was sent
   * before it and delayed on its way: its client listens to the later one.
   */
  readonly slot: number
  /** When its newest transmission reached a proxy. */
  readonly arrived: number
  /** Whether it surely belongs to the login: the first request, and retransmissions of one that does. */
  readonly isProven: boolean
  /** Whether another request competed for its slot, so that it became a sign-in of its own. */
  readonly isDetached: boolean
  /** Whether its proxy still waits for the outcome. */
  readonly isAwaited: boolean
}

/** The requests of one login, and the schedule by which they arrive. */
export interface RetryChain {
  /** When the request of slot 0 reached its proxy, at the latest. */
  readonly requested: number
  /** How much longer than the first one a request may be on its way to the server that decides. */
  readonly delayMs: number
  /** How many requests in a row may be lost before the login counts as given up. */
  readonly mayLose: number
  readonly schedule: RetrySchedule
  readonly requests: readonly ChainedRequest[]
  /** Whether no further request can join, because two competed for one slot. */
  readonly isClosed: boolean
}

/** Who an approval lets in: at most one request. */
export type ApprovalTaker =
  | {
      readonly kind: 'request'
      readonly requestId: string
      /** When it is too late to answer it. */
      readonly until: number
    }
  /** It is decided then: the next request may arrive, or a second one may compete with the newest. */
  | { readonly kind: 'hold'; readonly until: number }
  | { readonly kind: 'nobody' }

/** What is true of the request that opens a login. */
export const firstRequest = {
  slot: 0,
  isProven: true,
  isDetached: false,
  isAwaited: true,
} as const

const maxToleranceMs = 1500
const maxReplyMs = 1_000

/** How far a request may arrive from its time in the schedule. */
export function toleranceMs({ timeoutMs }: RetrySchedule): number {
  return Math.min(maxToleranceMs, timeoutMs / 4)
}

/** When a request reached its proxy. */
export interface Arrival {
  /** When the proxy read it. */
  readonly requested: number
  /** How much earlier it may have arrived, because the proxy could not run. */
  readonly unreadMs: number
}

/**
 * The slot of a further request of a login, or a negative one if it was sent before the first.
 *
 * @returns `undefined` if the schedule has no slot at this time.
 */
export function slotAt(
  first: Arrival,
  schedule: RetrySchedule,
  further: Arrival,
): number | undefined {
  const { timeoutMs, attempts } = schedule
  const tolerance = toleranceMs(schedule)
  const apart = further.requested - first.requested
  // a longer wait would fit several slots
  const maxUnreadMs = timeoutMs - 2 * tolerance - 1
  const firstUnreadMs = Math.min(first.unreadMs, maxUnreadMs)
  const furtherUnreadMs = Math.min(further.unreadMs, maxUnreadMs - firstUnreadMs)
  const slot = Math.floor((apart + firstUnreadMs + tolerance) / timeoutMs)
  const isNear = apart - furtherUnreadMs - tolerance <= slot * timeoutMs
  return slot !== 0 && Math.abs(slot) < attempts && isNear ? slot : undefined
}

/**
 * When nobody can listen any more: the newest request has timed out, and the next ones have not arrived.
 *
 * @param maxMs How long a user may take to answer one request.
 */
export function chainExpires(chain: RetryChain, maxMs: number): number {
  const newest = newestOf(chain)
  if (newest === undefined) return chain.requested
  const { schedule } = chain
  const timesOut = newest.arrived + schedule.timeoutMs
  const ends = hasNext(chain, newest) ? Math.max(timesOut, awaitedUntil(chain, newest)) : timesOut
  return Math.min(ends, newest.arrived + maxMs)
}

/** When nobody can listen any more to a login that no further request has joined. */
export function loneExpires(
  chain: Pick<RetryChain, 'requested' | 'delayMs' | 'mayLose' | 'schedule'>,
  maxMs: number,
): number {
  const { requested: arrived } = chain
  const first = { ...firstRequest, requestId: '', arrived }
  return chainExpires({ ...chain, requests: [first], isClosed: false }, maxMs)
}

/**
 * Decides which request an approval lets in. It is the newest one, because the client ignores replies to
 * requests that it has given up. A request with a new packet is certain only after the window of its slot
 * has passed without a competitor: an attacker's login can arrive there as well. If its proxy has gone, nobody would
 * send the reply, and the approval is for the request that its client sends next.
 */
export function approvalTaker(chain: RetryChain, now: number): ApprovalTaker {
  const newest = newestOf(chain)
  if (newest === undefined) return { kind: 'nobody' }
  const { schedule } = chain
  const certain = newest.isProven ? newest.arrived : competitorsUntil(chain, newest.slot)
  if (now < certain) return { kind: 'hold', until: certain }
  const until = answeredBy(newest, schedule)
  if (newest.isAwaited && now < until) {
    return { kind: 'request', requestId: newest.requestId, until }
  }
  const nextUntil = hasNext(chain, newest) ? awaitedUntil(chain, newest) : 0
  return now < nextUntil ? { kind: 'hold', until: nextUntil } : { kind: 'nobody' }
}

/** When a request must have been answered, so that the reply reaches its client in time. */
export function answeredBy(
  { arrived }: Pick<ChainedRequest, 'arrived'>,
  { timeoutMs }: Pick<RetrySchedule, 'timeoutMs'>,
): number {
  return arrived + timeoutMs - Math.min(maxReplyMs, timeoutMs / 8)
}

/** The newest request that belongs to the login. */
export function newestOf<Request extends ChainedRequest>({
  requests,
}: {
  readonly requests: readonly Request[]
}): Request | undefined {
  return requests
    .filter(({ isDetached }) => !isDetached)
    .toSorted((one, other) => other.slot - one.slot || other.arrived - one.arrived)[0]
}

function hasNext(chain: RetryChain, newest: ChainedRequest): boolean {
  return !chain.isClosed && nextSlot(chain, newest) < chain.schedule.attempts
}

function nextSlot({ schedule }: RetryChain, { slot }: ChainedRequest): number {
  return slot + (schedule.servers ?? 1)
}

/** When the next request counts as not sent, or as the last one that can come. */
function awaitedUntil(chain: RetryChain, newest: ChainedRequest): number {
  const { schedule, mayLose, delayMs } = chain
  let slot = nextSlot(chain, newest)
  for (let lost = 0; lost < mayLose; lost++) {
    const later = slot + (schedule.servers ?? 1)
    if (later < schedule.attempts) slot = later
  }
  return windowEnd(chain, slot) + delayMs
}

/** Until when a second request for a slot may come, which may be slow on its way. */
function competitorsUntil(chain: RetryChain, slot: number): number {
  // within half of a short timeout, so that time remains to reply
  return windowEnd(chain, slot) + Math.min(chain.delayMs, chain.schedule.timeoutMs / 4)
}

function windowEnd({ requested, schedule }: RetryChain, slot: number): number {
  return requested + slot * schedule.timeoutMs + toleranceMs(schedule)
}
