import type { Log } from '../../host/log.ts'
import type { MailPort } from '../messaging/messaging.ts'

/** A sign-in of which its user says that it was not he who asked for it. */
export interface Fraud {
  readonly txid: string
  readonly username: string
  readonly application: string
  readonly ipaddr: string
  readonly hostname: string
  readonly timestamp: number
  /** Whether the account has been locked for it. */
  readonly locked: boolean
}

export interface FraudAlertParts {
  readonly log: Log
  readonly mail: MailPort | undefined
  /** Who is told by mail. */
  readonly addresses: readonly string[]
}

/** Tells those who run the service of a fraud: in the log, and by mail where that is set up. */
export class FraudAlert {
  readonly #parts: FraudAlertParts

  constructor(parts: FraudAlertParts) {
    this.#parts = parts
  }

  /** Never waits for a mail, and never fails: the sign-in is refused already. */
  raise(fraud: Fraud): void {
    const { log, mail, addresses } = this.#parts
    const { txid, username, application, ipaddr, locked } = fraud
    log.warn('a user reports a sign-in as fraud', { txid, username, application, ipaddr, locked })
    if (mail === undefined) return
    for (const to of addresses) {
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
  return `${username} reports a sign-in as fraud: somebody else asked for it, and probably knows the
password.

  application   ${application}
  time          ${new Date(timestamp).toISOString()}
  from          ${ipaddr === '' ? 'unknown' : ipaddr} ${hostname}
  transaction   ${txid}

${locked ? 'The account is locked until an administrator unlocks it: countersign user unlock.' : 'The account is not locked.'} Have the password changed.
`
}
