import type { Clock } from '../../host/clock.ts'
import type { AdministratorLog } from '../audit/administrator_log.ts'
import type { User } from '../people/user.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { NoticeMail } from './notice_mail.ts'
import type { Notice } from './notices.ts'

/** The result of an act, and its log entry. */
export interface Done<Result> {
  readonly result: Result
  readonly user: User
  /** `phone_create`, … */
  readonly action: string
  /** What changed; never a secret. */
  readonly description: string
  /** Mailed to the user. */
  readonly notice?: Notice
}

/** Runs what users do in the portal: each change and its log entry are one transaction. */
export class Acts {
  readonly #store: Store
  readonly #log: AdministratorLog
  readonly #notices: NoticeMail
  readonly #clock: Clock

  constructor(store: Store, log: AdministratorLog, notices: NoticeMail, clock: Clock) {
    this.#store = store
    this.#log = log
    this.#notices = notices
    this.#clock = clock
  }

  /** @param work Makes the change in `db`. */
  async run<Result>(work: (db: StoreDb, now: number) => Promise<Done<Result>>): Promise<Result> {
    const now = this.#clock.now()
    const done = await this.#store.transaction(async (db) => {
      const made = await work(db, now)
      const { user, action, description } = made
      const actor = `user:${user.username}`
      await this.#log.append(
        {
          timestamp: now,
          actor,
          action,
          object: user.username,
          objectKind: 'user',
          objectId: user.userId,
          userId: user.userId,
          description,
        },
        db,
      )
      return made
    })
    if (done.notice !== undefined) this.#notices.send(done.user, done.notice)
    return done.result
  }
}
