import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { MailPort } from '../messaging/messaging.ts'
import type { User } from '../people/user.ts'
import { type Notice, noticeMail } from './notices.ts'

export interface NoticeMailParts {
  readonly mail: MailPort | undefined
  readonly clock: Clock
  readonly log: Log
}

/** Tells users by mail what was done in their names, where they have an address. */
export class NoticeMail {
  readonly #parts: NoticeMailParts

  constructor(parts: NoticeMailParts) {
    this.#parts = parts
  }

  /** Nobody waits for the mail: what it tells has happened, whether it arrives or not. */
  tell(user: User, notice: Notice): void {
    const { mail, log, clock } = this.#parts
    if (mail === undefined || user.email === '') return
    mail.send(noticeMail(user, notice, clock.now())).catch((error: unknown) => {
      log.warn('a notice was not mailed', { username: user.username, error: String(error) })
    })
  }
}
