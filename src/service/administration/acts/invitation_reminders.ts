import type { Clock } from '../../../host/clock.ts'
import type { Log } from '../../../host/log.ts'
import { Invitations } from '../../people/enrolment/invitations.ts'
import { Users } from '../../people/users.ts'
import { readStoredSetting } from '../../settings/settings.ts'
import type { Store } from '../../store/store.ts'
import type { InvitationMailer } from './invitations.ts'

/** Reminders that are sent at once; the others follow in the next round. */
const maxAtOnce = 20
const hourSecs = 3600

/** Reminds invited users who have not enrolled, on the days of the settings. */
export class InvitationReminders {
  readonly #store: Store
  readonly #sendMail: InvitationMailer | undefined
  readonly #clock: Clock
  readonly #log: Log

  /** @param sendMail `undefined` if no mail can be sent; then nobody is reminded. */
  constructor(store: Store, sendMail: InvitationMailer | undefined, clock: Clock, log: Log) {
    this.#store = store
    this.#sendMail = sendMail
    this.#clock = clock
    this.#log = log
  }

  /**
   * Sends the reminders that are due. Each has a new link, which replaces the one before: only hashes of
   * the codes are stored.
   */
  async send(): Promise<void> {
    const sendMail = this.#sendMail
    if (sendMail === undefined) return
    for (const { to, ...reminder } of await this.#renew()) {
      try {
        await sendMail(reminder.user, to, reminder, { isReminder: true })
      } catch (error) {
        const { username } = reminder.user
        this.#log.warn('a reminder was not mailed', { username, error: String(error) })
      }
    }
  }

  /** Creates the links in one transaction, so that of several nodes one sends each reminder. */
  async #renew() {
    const now = this.#clock.now()
    return await this.#store.transaction(async (db) => {
      const days = [
        await readStoredSetting('enrolment_first_reminder_days', db),
        await readStoredSetting('enrolment_second_reminder_days', db),
      ].slice(0, await readStoredSetting('enrolment_reminders', db))
      const invitations = new Invitations()
      const validSecs = (await readStoredSetting('enrolment_link_hours', db)) * hourSecs
      const renewed = []
      for (const invitation of await invitations.dueReminders(days, now, maxAtOnce, db)) {
        const { codeHash, userId, createdBy, sent, reminders, email: to } = invitation
        const user = userId === null ? undefined : await new Users().byId(userId, db)
        // another node may have taken it
        if (!(await invitations.take(codeHash, now, db)) || user === undefined) continue
        if (user.enrolled || user.trashed !== null) continue
        const { username } = user
        const code = await invitations.create(
          { username, userId, ikey: null, validSecs, createdBy, sent, reminders: reminders + 1 },
          now,
          db,
        )
        renewed.push({ user, to, code, validSecs })
      }
      return renewed
    })
  }
}
