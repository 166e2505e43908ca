import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import {
  type ApprovalTaker,
  answeredBy,
  approvalTaker,
  chainExpires,
  newestOf,
  type RetryChain,
  type RetrySchedule,
  slotAt,
} from '../../radius/index.ts'
import type { StoreDb } from '../store/store.ts'
import type { Attempt, Joinable } from './transaction/attempt.ts'
import {
  AlreadyRequested,
  type Joined,
  type JoinedRequests,
  type TransactionRequest,
} from './transaction/joined_requests.ts'
import {
  answerSecs,
  awaitedRequests,
  isOverdue,
  type Transaction,
  timedOut,
} from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

/** The client of a request has given it up, so the user must not be asked about it. */
export class NobodyListens extends Error {
  override readonly name = 'NobodyListens'
  readonly attempt: Attempt

  constructor(attempt: Attempt) {
    super('the client of the request has given it up')
    this.attempt = attempt
  }
}

/** A further transmission of a request. */
export interface Retransmission {
  /** When it reached a proxy. */
  readonly requested: number
  /** The call that waits for the outcome from now on. */
  readonly listener: string
}

/** The status of a transaction after it has changed in a way that concerns the requests that joined it. */
const statuses = { held: 'approval_held', separated: 'retries_separated' } as const

/**
 * Joins the further requests of a RADIUS client that retries a login with new packets (another
 * Identifier and authenticator, often to another proxy) to the transaction of the first one.
 *
 * Nothing in such a request proves that it belongs to the same login. An attacker's login differs in
 * nothing but its time, so a request joins only when one is due, and only if no other one is there.
 */
export class Retries {
  readonly #transactions: Transactions
  readonly #requests: JoinedRequests
  readonly #clock: Clock
  readonly #log: Log

  constructor(transactions: Transactions, requests: JoinedRequests, clock: Clock, log: Log) {
    this.#transactions = transactions
    this.#requests = requests
    this.#clock = clock
    this.#log = log
  }

  /**
   * Joins an attempt to a waiting transaction, if it is due there.
   *
   * @param unsettled The user's transactions.
   * @returns `undefined` if it is a sign-in of its own.
   * @throws {AlreadyRequested}
   * @throws {NobodyListens} if it took so long on its way that its client has given it up.
   */
  async join(
    attempt: Attempt,
    unsettled: readonly Transaction[],
    db: StoreDb,
  ): Promise<Joined | undefined> {
    const { joinable, request } = attempt
    if (joinable?.retries === undefined) return undefined
    const now = this.#clock.now()
    const { requested, unreadMs } = joinable
    // a sign-in that was in time when the request arrived goes on, if it has expired since but has not been ended
    const arrived = Math.min(now, requested - unreadMs)
    const due: Due[] = []
    for (const other of unsettled) {
      if (!mayJoin(attempt, other) || isOverdue(other, arrived)) continue
      const requests = await this.#requests.ofTransaction(other.txid, db)
      if (!isOfSameLogin(requests[0], joinable)) continue
      const slot = slotAt(other, other.retries, joinable)
      if (slot !== undefined) due.push({ txid: other.txid, slot })
    }
    const [only, ...others] = due
    if (only === undefined || others.length > 0) {
      // it could belong to any of several sign-ins, and competes in each of them
      for (const one of due) await this.#compete(one, request, db)
      if (requested + joinable.retries.timeoutMs <= now) throw new NobodyListens(attempt)
      return only === undefined ? await this.#joinDenied(attempt, joinable.retries, db) : undefined
    }
    const locked = await this.#transactions.lock(only.txid, db)
    if (locked === undefined || !mayJoin(attempt, locked)) return undefined
    const requests = await this.#requests.ofTransaction(only.txid, db)
    const { fingerprint, requestId } = joinable
    const same = requests.find((other) => other.fingerprint === fingerprint)
    if (fingerprint !== undefined && same !== undefined) {
      this.#requests.counts.retransmissions++
      throw new AlreadyRequested({
        requestId: same.requestId,
        decidedBy: { ...only, slot: same.slot },
      })
    }
    if (only.slot < 0) {
      if (!(await this.#requests.claim(attempt, only, db))) return undefined
      this.#requests.counts.retries++
      this.#log.info('a delayed request joined the retry that was sent after it', {
        txid: only.txid,
        request: requestId,
      })
      return only
    }
    const fields = toLogFields(only, request)
    const occupant = requests.find(({ slot }) => slot >= only.slot)
    if (occupant !== undefined) {
      await this.#separate(locked, requests, occupant, db)
      this.#warnOfCompetition(fields)
      return undefined
    }
    if (!(await this.#requests.claim(attempt, only, db))) return undefined
    const joined = await this.#requests.ofTransaction(only.txid, db)
    await this.#transactions.changeRetries(
      only.txid,
      { expires: chainExpires(toChain(locked, joined), answerSecs * 1000) },
      db,
    )
    this.#requests.counts.retries++
    this.#log.info('a retry joined its sign-in', { ...fields, request: requestId })
    return only
  }

  /**
   * Joins an attempt to a sign-in that has been denied, if it is due there and its client has not seen the denial:
   * passcodes were texted, and the reply was lost or came too late; or the user denied a push, and no call took the
   * answer in time, because its proxy or its node had gone. Competitors do no harm, because all are denied.
   */
  async #joinDenied(
    attempt: Attempt,
    schedule: RetrySchedule,
    db: StoreDb,
  ): Promise<Joined | undefined> {
    const { joinable, request, user } = attempt
    if (joinable === undefined || user === undefined) return undefined
    const { ikey, name: application } = request.integration
    const since = this.#clock.now() - schedule.timeoutMs * schedule.attempts
    const { userId } = user
    for (const first of await this.#transactions.deniedSince(since, { userId, ikey }, db)) {
      const slot = slotAt(first, schedule, joinable)
      if (slot === undefined || !asksForSame(attempt, first)) continue
      const { txid } = first
      const requests = await this.#requests.ofTransaction(txid, db)
      const opener = requests.find(({ requestId }) => requestId === txid)
      if (!isOfSameLogin(opener, joinable)) continue
      if (first.factor !== 'sms' && !isUnheard(first, requests, schedule)) continue
      if (!(await this.#requests.claim(attempt, { txid, slot }, db))) return undefined
      this.#requests.counts.retries++
      this.#log.info('a retry joined its sign-in', { application, txid, attempt: slot + 1 })
      return { txid, slot }
    }
    return undefined
  }

  /**
   * A request that has joined or opened a transaction was transmitted again, so its client still listens.
   * This also proves that it belongs to the login, if it is due and no other request has joined.
   */
  async retransmitted(
    requestId: string,
    txid: string,
    { requested, listener }: Retransmission,
    db: StoreDb,
  ): Promise<void> {
    const locked = await this.#transactions.lock(txid, db)
    await this.#requests.listensAgain({ requestId, listener }, db)
    const now = this.#clock.now()
    if (locked === undefined || locked.retries === null || isOverdue(locked, now)) return
    const requests = await this.#requests.ofTransaction(txid, db)
    const request = requests.find((other) => other.requestId === requestId)
    const slot = slotAt(locked, locked.retries, { requested, unreadMs: 0 })
    if (slot === undefined || request === undefined || request.isDetached) return
    if (slot <= request.slot) return
    const rivals = requests.filter((other) => other.slot > request.slot && !other.isDetached)
    if (rivals.length > 0) return await this.#separateAll(txid, [request, ...rivals], db)
    await this.#requests.retransmitted(requestId, { slot, arrived: requested }, db)
    const moved = await this.#requests.ofTransaction(txid, db)
    const expires = chainExpires(toChain(locked, moved), answerSecs * 1000)
    const status = statuses.separated
    await this.#transactions.changeRetries(txid, { expires, status }, db)
  }

  /**
   * A client either repeats its packet or sends a new one, so these requests belong to two logins. The user
   * saw one push for both: it is withdrawn with any approval of it, and each request asks for its own.
   */
  async #separateAll(
    txid: string,
    requests: readonly TransactionRequest[],
    db: StoreDb,
  ): Promise<void> {
    for (const { requestId } of requests) await this.#requests.detach(requestId, db)
    const change = {
      expires: this.#clock.now(),
      retries_closed: 1,
      status: statuses.separated,
    } as const
    await this.#transactions.changeRetries(txid, change, db)
    this.#warnOfCompetition({ txid })
  }

  /** No request may be let in for a retry to which this one could belong as well. */
  async #compete(due: Due, request: Attempt['request'], db: StoreDb): Promise<void> {
    const locked = await this.#transactions.lock(due.txid, db)
    if (locked === undefined || locked.retriesClosed) return
    const requests = await this.#requests.ofTransaction(due.txid, db)
    const occupant = requests.find(({ slot }) => slot >= due.slot)
    await this.#separate(locked, requests, occupant, db)
    if (occupant !== undefined) this.#warnOfCompetition(toLogFields(due, request))
  }

  #warnOfCompetition(fields: { readonly txid: string }): void {
    this.#requests.counts.competing++
    this.#log.warn('two requests competed for one retry of a sign-in; each is shown', fields)
  }

  /**
   * Decides which request an approval lets in, with the transaction locked. Another node, on which the call of that
   * request waits, may be cut off, or too late: the approval is held, and that node takes it.
   *
   * @param waitsHere Whether the call of a request waits in this process.
   */
  async taker(
    locked: Transaction,
    waitsHere: (requestId: string) => boolean,
    db: StoreDb,
  ): Promise<ApprovalTaker> {
    const found = await this.#requests.ofTransaction(locked.txid, db)
    // the call of an earlier transmission may wait here, though that of the newest one was closed
    const requests = found.map((one) => ({
      ...one,
      isAwaited: one.isAwaited || waitsHere(one.requestId),
    }))
    const decided = approvalTaker(toChain(locked, requests), this.#clock.now())
    const isElsewhere = decided.kind === 'request' && !waitsHere(decided.requestId)
    const taker = isElsewhere ? ({ kind: 'hold', until: decided.until } as const) : decided
    if (taker.kind === 'hold' && locked.approved === null) {
      const approved = this.#clock.now()
      await this.#transactions.changeRetries(locked.txid, { approved, status: statuses.held }, db)
    }
    return taker
  }

  /** How many retries have joined, for the log. */
  async newestSlot(txid: string, db: StoreDb): Promise<number> {
    const requests = await this.#requests.ofTransaction(txid, db)
    return Math.max(0, ...requests.filter(({ isDetached }) => !isDetached).map(({ slot }) => slot))
  }

  /** The newest request, if there is one, becomes a sign-in of its own, and no further one may join. */
  async #separate(
    locked: Transaction,
    requests: readonly TransactionRequest[],
    occupant: TransactionRequest | undefined,
    db: StoreDb,
  ): Promise<void> {
    // a request that was retransmitted in this slot surely belongs to the login
    if (occupant?.isProven === true || occupant?.isDetached === true) return
    if (occupant !== undefined) await this.#requests.detach(occupant.requestId, db)
    const left = requests.filter((other) => other !== occupant)
    const chain = toChain({ ...locked, retriesClosed: true }, left)
    const expires = chainExpires(chain, answerSecs * 1000)
    const status = statuses.separated
    await this.#transactions.changeRetries(locked.txid, { expires, retries_closed: 1, status }, db)
  }
}

type Due = Joined

function toLogFields({ txid, slot }: Due, { integration }: Attempt['request']) {
  return { application: integration.name, txid, attempt: slot + 1 }
}

function mayJoin(
  attempt: Attempt,
  other: Transaction,
): other is Transaction & { readonly retries: RetrySchedule } {
  return (
    other.retries !== null &&
    !other.retriesClosed &&
    other.verification === undefined &&
    other.outcome.result === 'waiting' &&
    asksForSame(attempt, other)
  )
}

/** Whether both ask for the same, apart from the word. */
function asksForSame({ request, factor, device }: Attempt, other: Transaction): boolean {
  return (
    other.ikey === request.integration.ikey &&
    other.factor === factor &&
    other.phoneId === device &&
    other.request.ipaddr === request.ipaddr &&
    other.request.hostname === request.hostname
  )
}

/** Whether a request asks with the same word, through the same RADIUS client, as the one that began a sign-in. */
function isOfSameLogin(
  opener: TransactionRequest | undefined,
  { asked, source }: Pick<Joinable, 'asked' | 'source'>,
): boolean {
  return opener?.asked === asked && opener.radiusSource === source
}

/** Whether the user denied it, and its newest request was not answered in time. */
function isUnheard(
  { outcome }: Transaction,
  requests: readonly TransactionRequest[],
  schedule: RetrySchedule,
): boolean {
  const newest = newestOf({ requests })
  if (newest === undefined || outcome.status === timedOut.status) return false
  return newest.denied === null || newest.denied >= answeredBy(newest, schedule)
}

function toChain(
  { requested, retries, retriesClosed: isClosed }: Transaction,
  requests: RetryChain['requests'],
): RetryChain {
  const schedule = retries ?? noRetries
  return { requested, ...awaitedRequests, schedule, requests, isClosed }
}

/** Not reached: only transactions with a schedule are asked about. */
const noRetries = { timeoutMs: 0, attempts: 1 }
