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
  readonly #addresses: readonly string[]

  constructor(log: Log, mail: MailPort | undefined, addresses: readonly string[]) {
    this.#log = log
    this.#mail = mail
    this.#addresses = addresses
  }

  /** Does not wait for mail, and never throws. */
  raise(fraud: Fraud): void {
    const [log, mail] = [this.#log, this.#mail]
    const { txid, username, application, ipaddr, locked } = fraud
    log.warn('a user reported a sign-in as fraud', { txid, username, application, ipaddr, locked })
    if (mail === undefined) return
    for (const to of this.#addresses) {
      mail
        .send({ to, subject: `Fraud reported by ${username}`, text: buildText(fraud) })
        .catch((error: unknown) => {
          log.warn('the fraud alert was not mailed', { to, error: String(error) })
        })
    }
  }
}

function buildText(fraud: Fraud): string {
  const { username, application, ipaddr, hostname, timestamp, txid, locked } = fraud
  return `${username} reported a sign-in as fraud. Someone else requested it and probably knows the password.

  application   ${application}
  time          ${new Date(timestamp).toISOString()}
  from          ${ipaddr === '' ? 'unknown' : ipaddr} ${hostname}
  transaction   ${txid}

${locked ? 'The account is locked until an administrator unlocks it: countersign user unlock.' : 'The account is not locked.'} The user must change their password.
`
}
