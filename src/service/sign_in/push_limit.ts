import type { Clock } from '../../host/clock.ts'
import { ownIkey } from '../applications/own_ikey.ts'
import type { AuthenticationEvent, AuthenticationLog } from '../audit/authentication_log.ts'
import type { PushFatigueLimits } from '../authenticators/phone/phone_factor.ts'
import type { PushPermission, PushPermissions } from '../authenticators/push/push_factor.ts'
import type { StoreDb } from '../store/store.ts'
import type { Lockout } from './lockout.ts'
import {
  heldBackUntil,
  type PushFatigueSettings,
  toFatigueSettings,
  unapprovedPushes,
} from './push_fatigue.ts'
import { findFirsts, maxRepeats } from './repeats.ts'
import type { Retries } from './retries.ts'
import type { Attempt } from './transaction/attempt.ts'
import { isOverdue, type Transaction } from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

/**
 * Higher than any configurable limit. The query excludes denied requests, which a client can make without
 * limit, so that they can't displace unapproved pushes.
 */
const maxEvents = 500

/** Holds pushes back after too many unapproved ones; the portal and sign-ins are counted separately. */
export class PushLimit implements PushPermissions {
  readonly #lockout: Lockout
  readonly #log: AuthenticationLog
  readonly #transactions: Transactions
  readonly #retries: Retries
  readonly #clock: Clock

  constructor(
    lockout: Lockout,
    log: AuthenticationLog,
    transactions: Transactions,
    retries: Retries,
    clock: Clock,
  ) {
    this.#lockout = lockout
    this.#log = log
    this.#transactions = transactions
    this.#retries = retries
    this.#clock = clock
  }

  /** Whether a push may be sent. The user's row stays locked until the transaction ends. */
  async decide(
    attempt: Attempt,
    userId: string,
    limits: PushFatigueLimits,
    db: StoreDb,
  ): Promise<PushPermission> {
    const fatigue = toFatigueSettings(limits)
    const now = this.#clock.now()
    const { integration, budget } = attempt.request
    const { ikey } = integration
    // two nodes must not both find no push that a retry could join
    if (fatigue.limit !== 0 || attempt.joinable?.retries !== undefined)
      await this.#lockout.hold({ userId, ikey, address: '', budget }, db)
    const unsettled = await this.#transactions.unsettledOfUser(userId, db)
    const joined = await this.#retries.join(attempt, unsettled, db)
    if (joined !== undefined) return { kind: 'joined', joined }
    const waiting = unsettled.filter((other) => !isOverdue(other, now))
    const firsts = findFirsts(attempt, waiting).map(({ txid }) => txid)
    const [first] = firsts
    if (first !== undefined && (await this.#mayRepeat(userId, firsts, db))) {
      return { kind: 'send', repeatOf: first }
    }
    if (fatigue.limit === 0) return { kind: 'send', repeatOf: undefined }
    const unapproved = await this.#unapproved(attempt, userId, unsettled, fatigue, db)
    const until = heldBackUntil(unapproved, fatigue, now)
    return until === undefined
      ? { kind: 'send', repeatOf: undefined }
      : { kind: 'held back', until }
  }

  /**
   * When the pushes of the same budget failed since the last success; one that is not settled yet counts
   * from when it was opened. Repeats do not count separately.
   */
  async #unapproved(
    { request }: Attempt,
    userId: string,
    unsettled: readonly Transaction[],
    { windowMs }: PushFatigueSettings,
    db: StoreDb,
  ): Promise<number[]> {
    const isPortal = request.budget === 'portal'
    const portal = isPortal ? request.integration.ikey : await ownIkey('portal', db)
    const events = await this.#log.ofUser(
      userId,
      {
        since: this.#clock.now() - windowMs,
        limit: maxEvents,
        successesAndPushes: unapprovedPushes,
        ...(isPortal ? { ikey: portal } : { exceptIkey: portal }),
      },
      db,
    )
    // a sign-in whose retry was approved did not fail
    const approved = events
      .filter(({ result }) => result === 'success')
      .map(({ repeatOf }) => repeatOf)
    const counts = ({ txid, repeatOf }: Pick<AuthenticationEvent, 'txid' | 'repeatOf'>) =>
      repeatOf === null && !approved.includes(txid)
    const lastSuccess = events.findIndex(({ result }) => result === 'success')
    const ended = events.slice(0, lastSuccess < 0 ? undefined : lastSuccess).filter(counts)
    const open = unsettled
      .filter((other) => (other.ikey === portal) === isPortal)
      // pushes whose code the app shows are in the log already
      .filter(({ factor, verification }) => factor === 'push' && verification?.kind !== 'show')
      .filter(counts)
    return [...ended.map(({ timestamp }) => timestamp), ...open.map(({ opened }) => opened)]
  }

  /** A few retries, and none once one of them was answered: the user would see needless pushes. */
  async #mayRepeat(userId: string, firsts: readonly string[], db: StoreDb): Promise<boolean> {
    const repeats = await this.#transactions.repeatsOf(userId, firsts, db)
    return repeats.length < maxRepeats && repeats.every(({ isSettled }) => !isSettled)
  }
}
