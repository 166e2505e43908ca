import type { Log } from '../../host/log.ts'
import type { MailPort } from '../messaging/messaging.ts'

/** A sign-in that its user reported as not their own. */
export interface Fraud {
  readonly txid: string
  readonly username: string
  readonly application: string
  readonly ipaddr: string
  readonly hostname: string
  readonly timestamp: number
  /** Whether the report locked the account. */
  readonly locked: boolean
}

/** Alerts administrators to fraud: in the log, and by mail if that is configured. */
export class FraudAlert {
  readonly #log: Log
  readonly #mail: MailPort | undefined
  readonly #recipients: () => Promise<readonly string[]>
  readonly #organisation: { readonly name: string; readonly timeZone: string }

  /** @param recipients The mail addresses of the administrators to alert. */
  constructor(
    log: Log,
    mail: MailPort | undefined,
    recipients: () => Promise<readonly string[]>,
    organisation: { readonly name: string; readonly timeZone: string },
  ) {
    this.#log = log
    this.#mail = mail
    this.#recipients = recipients
    this.#organisation = organisation
  }

  /** Whether a report is mailed to anyone; otherwise it is only logged, and users must not be promised more. */
  async isMailed(): Promise<boolean> {
    return this.#mail !== undefined && (await this.#recipients()).length > 0
  }

  /** Does not wait for mail, and never throws. */
  raise(fraud: Fraud): void {
    const [log, mail] = [this.#log, this.#mail]
    const { txid, username, application, ipaddr, locked } = fraud
    log.warn('a user reported a sign-in as fraud', { txid, username, application, ipaddr, locked })
    if (mail === undefined) return
    this.#mailAll(mail, fraud).catch((error: unknown) => {
      log.warn('the fraud alert was not mailed', { error: String(error) })
    })
  }

  async #mailAll(mail: MailPort, fraud: Fraud): Promise<void> {
    const { name, timeZone } = this.#organisation
    const subject = `${name}: fraud reported by ${fraud.username}`
    const text = buildText(fraud, timeZone)
    for (const to of await this.#recipients()) {
      mail.send({ to, subject, text }).catch((error: unknown) => {
        this.#log.warn('the fraud alert was not mailed', { to, error: String(error) })
      })
    }
  }
}

function buildText(fraud: Fraud, timeZone: string): string {
  const { username, application, ipaddr, hostname, timestamp, txid, locked } = fraud
  return `${username} reported a sign-in as fraud. Someone else requested it and probably knows the password.

  application   ${application}
  time          ${new Date(timestamp).toLocaleString('sv-SE', { timeZone })} ${timeZone}
  from          ${ipaddr === '' ? 'unknown' : ipaddr} ${hostname}
  transaction   ${txid}

${locked ? 'The account is locked until an administrator unlocks it: countersign user unlock.' : 'The account is not locked.'} The user must change their password.
`
}
