import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { MailPort } from '../messaging/messaging.ts'
import type { User } from '../people/user.ts'
import { type MailSender, type Notice, noticeMail } from './notices.ts'

/** Read at each notice. */
export interface NoticeSettings {
  get(key: 'email_activity_notification_enabled'): boolean
}

/** Mails users what was changed in their accounts, if they have a mail address. */
export class NoticeMail {
  readonly #mail: MailPort | undefined
  readonly #sender: MailSender
  readonly #settings: NoticeSettings
  readonly #clock: Clock
  readonly #log: Log

  constructor(
    mail: MailPort | undefined,
    sender: MailSender,
    settings: NoticeSettings,
    clock: Clock,
    log: Log,
  ) {
    this.#mail = mail
    this.#sender = sender
    this.#settings = settings
    this.#clock = clock
    this.#log = log
  }

  /** Does not wait for the mail: the change is made already, whether the mail arrives or not. */
  send(user: User, notice: Notice): void {
    if (this.#mail === undefined || user.email === '') return
    if (!this.#settings.get('email_activity_notification_enabled')) return
    this.#mail
      .send(noticeMail(user, notice, this.#sender, this.#clock.now()))
      .catch((error: unknown) => {
        this.#log.warn('a notice was not mailed', { username: user.username, error: String(error) })
      })
  }
}
