import type { Clock } from '../../host/clock.ts'
import type { AuthenticationEvent, AuthenticationLog } from '../audit/authentication_log.ts'
import type { Users } from '../people/users.ts'
import type { FraudReports } from '../sign_in/fraud_reports.ts'
import type { StoreDb } from '../store/store.ts'
import { type KnownPerson, SelfServiceError } from './person.ts'

/** A sign-in as its user sees it. */
export interface PastSignIn extends AuthenticationEvent {
  /** Whether the user has reported it as fraud. */
  readonly reported: boolean
}

const dayMs = 24 * 60 * 60_000
const shownDays = 90
const maxShown = 100
const marked = 'user_marked_fraud'

/** A user's past sign-ins. */
export class OwnHistory {
  readonly #db: StoreDb
  readonly #log: AuthenticationLog
  readonly #fraudReports: FraudReports
  readonly #users: Users
  readonly #clock: Clock

  constructor(
    db: StoreDb,
    log: AuthenticationLog,
    fraudReports: FraudReports,
    users: Users,
    clock: Clock,
  ) {
    this.#db = db
    this.#log = log
    this.#fraudReports = fraudReports
    this.#users = users
    this.#clock = clock
  }

  /** At most 100 sign-ins of the last 90 days, newest first. */
  async list({ user }: KnownPerson): Promise<PastSignIn[]> {
    const since = this.#clock.now() - shownDays * dayMs
    const events = await this.#log.ofUser(user.userId, { since, limit: maxShown }, this.#db)
    const reported = new Set(
      events.filter(({ result }) => result === 'fraud').map(({ txid }) => txid),
    )
    // a report made later is an event of its own; one made on the phone is the sign-in's only event
    const signedIn = new Set(
      events.filter(({ reason }) => reason !== marked).map(({ txid }) => txid),
    )
    return events
      .filter(({ reason, txid }) => reason !== marked || !signedIn.has(txid))
      .map((event) => ({ ...event, reported: event.txid !== null && reported.has(event.txid) }))
  }

  /**
   * Reports a sign-in as fraud, and alerts the operators.
   *
   * @returns Whether that locks the account, which ends this session too.
   * @throws {SelfServiceError} `not_found` for a sign-in of another user, or one already reported.
   */
  async report({ user }: KnownPerson, txid: string): Promise<boolean> {
    if (await this.#fraudReports.report(user.userId, txid)) {
      return (await this.#users.byId(user.userId, this.#db))?.status === 'locked out'
    }
    throw new SelfServiceError('not_found', 'This sign-in was already reported.')
  }
}
