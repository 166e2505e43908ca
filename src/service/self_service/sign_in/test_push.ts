import type { Phones } from '../../authenticators/phone/phones.ts'
import type { PushDevices } from '../../authenticators/push/push_devices.ts'
import type { Auth } from '../../sign_in/auth.ts'
import type { Preauth } from '../../sign_in/preauth.ts'
import type { Transactions } from '../../sign_in/transaction/transactions.ts'
import type { StoreDb } from '../../store/store.ts'
import type { Enrolments } from '../enrolments.ts'
import { notFound, type Person, SelfServiceError } from '../person.ts'
import type { PortalRequests } from './portal_requests.ts'
import type { SignInSessions } from './sign_in_sessions.ts'

/** The progress of a test push. */
export interface TestPushStatus {
  readonly kind: 'waiting' | 'approved' | 'refused' | 'timeout'
  /** Whether the phone is notified while its app is closed. */
  readonly notified: boolean
}

/** Sends a push to a phone that was just added, so that its user sees that it works. It signs nobody in. */
export class TestPush {
  readonly #db: StoreDb
  readonly #enrolments: Enrolments
  readonly #requests: PortalRequests
  readonly #sessions: SignInSessions
  readonly #preauth: Preauth
  readonly #auth: Auth
  readonly #transactions: Transactions
  readonly #phones: Phones
  readonly #devices: PushDevices

  constructor(
    db: StoreDb,
    enrolments: Enrolments,
    requests: PortalRequests,
    sessions: SignInSessions,
    preauth: Preauth,
    auth: Auth,
    transactions: Transactions,
    phones: Phones,
    devices: PushDevices,
  ) {
    this.#db = db
    this.#enrolments = enrolments
    this.#requests = requests
    this.#sessions = sessions
    this.#preauth = preauth
    this.#auth = auth
    this.#transactions = transactions
    this.#phones = phones
    this.#devices = devices
  }

  /**
   * @param phoneId A phone of the user; in an enrolment, one that it has added.
   * @returns The code that the app asks for.
   * @throws {SelfServiceError} `device_first`, `not_found`, or `not_sent` with the reason.
   */
  async send(person: Person, phoneId: string): Promise<string> {
    const { session, user } = await this.#enrolments.finished(person)
    const since = session.kind === 'enrollment' ? session.created : 0
    const own = await this.#phones.ofUser(user.userId, this.#db)
    if (!own.some((phone) => phone.phoneId === phoneId && phone.created >= since)) throw notFound()
    const request = await this.#requests.ofUser(session, user)
    if (request === undefined) throw notSent('The portal is closed to your account.')
    const preauth = await this.#preauth.decide(request, { showsCode: true })
    const verification = preauth.result === 'auth' ? preauth.verification : undefined
    if (verification === undefined) {
      throw notSent('status_msg' in preauth ? preauth.status_msg : 'The phone can’t be asked.')
    }
    const { txid, code } = verification
    const begun = await this.#auth.begin(
      { ...request, shown: { type: 'Test push' } },
      { factor: 'push', device: phoneId, txid },
      { async: true },
    )
    if (begun.kind !== 'waiting') {
      throw notSent('outcome' in begun ? begun.outcome.status_msg : 'The phone can’t be asked.')
    }
    await this.#sessions.waitForPush(session, txid, code)
    return code
  }

  /** The status of the session's last test push. */
  async status({ session }: Person): Promise<TestPushStatus> {
    const transaction =
      session.txid === null ? undefined : await this.#transactions.byTxid(session.txid, this.#db)
    const { phoneId, outcome } = transaction ?? {}
    const device = phoneId == null ? undefined : await this.#devices.byPhone(phoneId, this.#db)
    const notified = device !== undefined && device.subscription !== null
    if (outcome === undefined || outcome.result === 'waiting') {
      return { kind: this.#sessions.isPushOver(session) ? 'timeout' : 'waiting', notified }
    }
    if (outcome.result === 'allow') return { kind: 'approved', notified }
    return { kind: outcome.status === 'timeout' ? 'timeout' : 'refused', notified }
  }
}

function notSent(reason: string): SelfServiceError {
  return new SelfServiceError('not_sent', `No test push was sent. ${reason}`)
}
