import type { Clock } from '../../host/clock.ts'
import { portalIkey } from '../access/portal_ikey.ts'
import type { AuthenticationLog } from '../event_log/authentication_log.ts'
import type { StoreDb } from '../store/store.ts'
import type { Transactions } from '../transaction/transactions.ts'
import type { Attempt } from './journal.ts'
import type { Lockout } from './lockout.ts'
import { fruitlessPushes, heldBackUntil, type PushFatigueSettings } from './push_fatigue.ts'
import { firstsOf, maxRepeats } from './repeats.ts'

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

/** More than any limit, within any window. */
const maxEvents = 500

/** Holds pushes back that come to nothing: those of the portal and those of sign-ins apart. */
export class PushLimit {
  readonly #parts: PushLimitParts

  constructor(parts: PushLimitParts) {
    this.#parts = parts
  }

  /**
   * Whether a push may be sent. Counted with the user's row locked, so that parallel requests are
   * counted one by one, on whichever node: open the transaction in `db`.
   */
  async ask(attempt: Attempt, userId: string, db: StoreDb): Promise<PushPermission> {
    const { lockout, log, transactions, fatigue, clock } = this.#parts
    const now = clock.now()
    const { integration, budget } = attempt.asking
    const { ikey } = integration
    if (fatigue.limit !== 0) await lockout.hold({ userId, ikey, address: '', budget }, now, db)
    const waiting = await transactions.waitingForUser(userId, db)
    const firsts = firstsOf(attempt, waiting).map(({ txid }) => txid)
    const [first] = firsts
    if (first !== undefined && (await this.#mayRepeat(userId, firsts, db))) {
      return { kind: 'send', repeatOf: first }
    }
    if (fatigue.limit === 0) return { kind: 'send', repeatOf: undefined }
    const portal = budget === 'portal' ? ikey : await portalIkey(db)
    const filter = budget === 'portal' ? { ikey } : { exceptIkey: portal }
    const since = now - fatigue.windowMs
    const events = await log.ofUser(userId, { since, limit: maxEvents, ...filter }, db)
    const success = events.findIndex(({ result }) => result === 'success')
    // a sign-in whose retry was approved has not come to nothing
    const approved = events
      .filter(({ result }) => result === 'success')
      .map((event) => event.repeatOf)
    const recent = success < 0 ? events : events.slice(0, success)
    const ended = recent
      .filter(({ factor, reason }) => factor === 'push' && fruitlessPushes.includes(reason))
      .filter(({ txid, repeatOf }) => repeatOf === null && !approved.includes(txid))
      .map(({ timestamp }) => timestamp)
    const open = waiting
      .filter((other) => (other.ikey === portal) === (budget === 'portal'))
      // those whose code is shown are in the log already
      .filter(({ factor, verification }) => factor === 'push' && verification?.kind !== 'show')
      .filter(({ txid, repeatOf }) => repeatOf === null && !approved.includes(txid))
      .map(({ opened }) => opened)
    const until = heldBackUntil([...ended, ...open], fatigue, now)
    return until === undefined
      ? { kind: 'send', repeatOf: undefined }
      : { kind: 'held back', until }
  }

  /** A few retries, and none once one of them was answered: more would be pushes for nothing. */
  async #mayRepeat(userId: string, firsts: readonly string[], db: StoreDb): Promise<boolean> {
    const repeats = await this.#parts.transactions.repeatsOf(userId, firsts, db)
    return repeats.length < maxRepeats && repeats.every(({ isSettled }) => !isSettled)
  }
}
