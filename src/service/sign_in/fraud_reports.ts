import type { Clock } from '../../host/clock.ts'
import type { AuthenticationLog } from '../audit/authentication_log.ts'
import type { Users } from '../people/users.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { FraudAlert } from './fraud_alert.ts'
import type { Transaction } from './transaction/transaction.ts'

/** Read at each report. */
export interface FraudLockSettings {
  /** Whether a report locks the account. */
  readonly fraudLocks: boolean
}

/** Sign-ins that their users report as fraud: the account is locked, if configured, and an alert is sent. */
export class FraudReports {
  readonly #store: Store
  readonly #users: Users
  readonly #log: AuthenticationLog
  readonly #alert: FraudAlert
  readonly #settings: FraudLockSettings
  readonly #clock: Clock

  constructor(
    store: Store,
    users: Users,
    log: AuthenticationLog,
    alert: FraudAlert,
    settings: FraudLockSettings,
    clock: Clock,
  ) {
    this.#store = store
    this.#users = users
    this.#log = log
    this.#alert = alert
    this.#settings = settings
    this.#clock = clock
  }

  /**
   * Marks a finished sign-in as fraud.
   *
   * @returns `false` if this user has no such sign-in, or it is marked already.
   */
  async report(userId: string, txid: string): Promise<boolean> {
    const timestamp = this.#clock.now()
    const event = await this.#store.transaction(async (db) => {
      const events = await this.#log.ofTxid(txid, db)
      const [last] = events
      if (last === undefined || last.userId !== userId) return undefined
      if (events.some(({ result }) => result === 'fraud')) return undefined
      const marked = { ...last, timestamp, result: 'fraud', reason: 'user_marked_fraud' } as const
      await this.#log.append(marked, db)
      await this.lockAccount(userId, db)
      return last
    })
    if (event === undefined) return false
    this.#alert.raise({ ...event, txid, locked: this.#settings.fraudLocks })
    return true
  }

  /** Locks the account, if configured. */
  async lockAccount(userId: string, db: StoreDb): Promise<void> {
    if (!this.#settings.fraudLocks) return
    await this.#users.update(userId, { status: 'locked out' }, db)
  }

  /** Sends the alert for a waiting sign-in whose user answered that it is fraud. */
  raiseAlert({ txid, request }: Transaction, timestamp: number): void {
    const { username, application, ipaddr, hostname } = request
    const locked = this.#settings.fraudLocks
    this.#alert.raise({ txid, username, application, ipaddr, hostname, timestamp, locked })
  }
}
