import type { Clock } from '../../host/clock.ts'
import { portalIkey } from '../applications/portal_ikey.ts'
import type { AuthenticationEvent, AuthenticationLog } from '../audit/authentication_log.ts'
import type { StoreDb } from '../store/store.ts'
import type { Attempt } from './journal.ts'
import type { Lockout } from './lockout.ts'
import { fruitlessPushes, heldBackUntil, type PushFatigueSettings } from './push_fatigue.ts'
import { findFirsts, maxRepeats } from './repeats.ts'
import { isOverdue, type Transaction } from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

export interface PushLimitParts {
  readonly lockout: Lockout
  readonly log: AuthenticationLog
  readonly transactions: Transactions
  readonly fatigue: PushFatigueSettings
  readonly clock: Clock
}

export type PushPermission =
  | { readonly kind: 'send'; readonly repeatOf: string | undefined }
  | { readonly kind: 'held back'; readonly until: number }

/**
 * More than any limit, within any window. Only what the count needs is read: refused requests, which a
 * client can make without limit, must not push fruitless pushes out of it.
 */
const maxEvents = 500

/** Holds pushes back after too many fruitless ones; the portal and sign-ins are counted apart. */
export class PushLimit {
  readonly #parts: PushLimitParts

  constructor(parts: PushLimitParts) {
    this.#parts = parts
  }

  /**
   * Whether a push may be sent. The user's row stays locked until the transaction ends, so that parallel
   * requests are counted one by one on all nodes; open the push in the same transaction.
   */
  async ask(attempt: Attempt, userId: string, db: StoreDb): Promise<PushPermission> {
    const { lockout, transactions, fatigue, clock } = this.#parts
    const now = clock.now()
    const { integration, budget } = attempt.asking
    const { ikey } = integration
    if (fatigue.limit !== 0) await lockout.hold({ userId, ikey, address: '', budget }, now, db)
    const unsettled = await transactions.unsettledOfUser(userId, db)
    const waiting = unsettled.filter((other) => !isOverdue(other, now))
    const firsts = findFirsts(attempt, waiting).map(({ txid }) => txid)
    const [first] = firsts
    if (first !== undefined && (await this.#mayRepeat(userId, firsts, db))) {
      return { kind: 'send', repeatOf: first }
    }
    if (fatigue.limit === 0) return { kind: 'send', repeatOf: undefined }
    const fruitless = await this.#fruitless(attempt, userId, unsettled, db)
    const until = heldBackUntil(fruitless, fatigue, now)
    return until === undefined
      ? { kind: 'send', repeatOf: undefined }
      : { kind: 'held back', until }
  }

  /**
   * When the pushes of the same budget came to nothing since the last success; one that is not
   * settled yet counts from when it was opened. Repeats do not count for themselves.
   */
  async #fruitless(
    { asking }: Attempt,
    userId: string,
    unsettled: readonly Transaction[],
    db: StoreDb,
  ): Promise<number[]> {
    const { log, fatigue, clock } = this.#parts
    const isPortal = asking.budget === 'portal'
    const portal = isPortal ? asking.integration.ikey : await portalIkey(db)
    const events = await log.ofUser(
      userId,
      {
        since: clock.now() - fatigue.windowMs,
        limit: maxEvents,
        successesAndPushes: fruitlessPushes,
        ...(isPortal ? { ikey: portal } : { exceptIkey: portal }),
      },
      db,
    )
    // a sign-in whose retry was approved has not come to nothing
    const approved = events
      .filter(({ result }) => result === 'success')
      .map(({ repeatOf }) => repeatOf)
    const counts = ({ txid, repeatOf }: Pick<AuthenticationEvent, 'txid' | 'repeatOf'>) =>
      repeatOf === null && !approved.includes(txid)
    const lastSuccess = events.findIndex(({ result }) => result === 'success')
    const ended = events.slice(0, lastSuccess < 0 ? undefined : lastSuccess).filter(counts)
    const open = unsettled
      .filter((other) => (other.ikey === portal) === isPortal)
      // those whose code is shown are in the log already
      .filter(({ factor, verification }) => factor === 'push' && verification?.kind !== 'show')
      .filter(counts)
    return [...ended.map(({ timestamp }) => timestamp), ...open.map(({ opened }) => opened)]
  }

  /** A few retries, and none once one of them was answered: more would be pushes for nothing. */
  async #mayRepeat(userId: string, firsts: readonly string[], db: StoreDb): Promise<boolean> {
    const repeats = await this.#parts.transactions.repeatsOf(userId, firsts, db)
    return repeats.length < maxRepeats && repeats.every(({ isSettled }) => !isSettled)
  }
}
