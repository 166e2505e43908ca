import type { Clock } from '../../host/clock.ts'
import type { AdministratorLog } from '../audit/administrator_log.ts'
import type { User } from '../people/user.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { NoticeMail } from './notice_mail.ts'
import type { Notice } from './notices.ts'

/** What an act came to, and the line in the log that tells it. */
export interface Done<Result> {
  readonly result: Result
  readonly user: User
  /** `phone_create`, … */
  readonly action: string
  /** What changed; never a secret. */
  readonly description: string
  /** What its user is told by mail. */
  readonly notice?: Notice
}

export interface ActsParts {
  readonly store: Store
  readonly administratorLog: AdministratorLog
  readonly notices: NoticeMail
  readonly clock: Clock
}

/** What users do with what is their own: each act and its line in the log are one transaction. */
export class Acts {
  readonly #parts: ActsParts

  constructor(parts: ActsParts) {
    this.#parts = parts
  }

  async run<Result>(work: (db: StoreDb, now: number) => Promise<Done<Result>>): Promise<Result> {
    const { store, administratorLog, notices, clock } = this.#parts
    const now = clock.now()
    const done = await store.transaction(async (db) => {
      const made = await work(db, now)
      const { user, action, description } = made
      const actor = `user:${user.username}`
      await administratorLog.append(
        { timestamp: now, actor, action, object: user.username, description },
        db,
      )
      return made
    })
    if (done.notice !== undefined) notices.tell(done.user, done.notice)
    return done.result
  }
}
