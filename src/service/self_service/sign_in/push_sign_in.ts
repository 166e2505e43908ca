import { randomInt } from 'node:crypto'
import { statusMessage } from '../../../duo/index.ts'
import type { Log } from '../../../host/log.ts'
import type { Secret } from '../../../host/secret.ts'
import type { Users } from '../../people/users.ts'
import type { Auth } from '../../sign_in/auth.ts'
import type { Preauth } from '../../sign_in/preauth.ts'
import type { Transactions } from '../../sign_in/transaction/transactions.ts'
import type { StoreDb } from '../../store/store.ts'
import { signInRefused } from '../person.ts'
import type { PortalSession } from '../portal_sessions.ts'
import type { PortalRequests } from './portal_requests.ts'
import { isProof } from './proof.ts'
import type { SignInSessions } from './sign_in_sessions.ts'
import { takeAtLeast } from './steady_response.ts'

/** The status of the push; `signed_in` has the token of the new session. */
export type PushStatus =
  | { readonly kind: 'waiting' | 'refused' | 'timeout' }
  | { readonly kind: 'signed_in'; readonly token: Secret }

const sendMs = 500
/** Stored in place of a txid if no phone is asked. */
const nobodyAsked = 'none'

/**
 * Signs users in to the portal with a push. Replies are the same whether or not the user exists, and
 * whether or not they have a phone.
 */
export class PushSignIn {
  readonly #db: StoreDb
  readonly #requests: PortalRequests
  readonly #sessions: SignInSessions
  readonly #preauth: Preauth
  readonly #auth: Auth
  readonly #transactions: Transactions
  readonly #users: Users
  readonly #log: Log

  constructor(
    db: StoreDb,
    requests: PortalRequests,
    sessions: SignInSessions,
    preauth: Preauth,
    auth: Auth,
    transactions: Transactions,
    users: Users,
    log: Log,
  ) {
    this.#db = db
    this.#requests = requests
    this.#sessions = sessions
    this.#preauth = preauth
    this.#auth = auth
    this.#transactions = transactions
    this.#users = users
    this.#log = log
  }

  /**
   * Sends a push. If there is no phone to ask, the login waits all the same and shows a random code.
   *
   * @returns The code that the app asks for.
   */
  async send(session: PortalSession): Promise<string> {
    return await takeAtLeast(sendMs, async () => {
      const asked = await this.#requests.byName(session)
      if (asked === undefined) throw signInRefused()
      const { request, proofless } = asked
      const preauth = proofless
        ? undefined
        : await this.#preauth.decide(request, { showsCode: true })
      const verification = preauth?.result === 'auth' ? preauth.verification : undefined
      const shownCode = verification?.code ?? randomDigits(asked.codeDigits)
      const txid = verification?.txid ?? nobodyAsked
      await this.#sessions.waitForPush(session, txid, shownCode)
      if (verification !== undefined) {
        const chosen = { factor: 'push', device: 'auto', txid } as const
        // not awaited: the response time would reveal that there was a phone
        this.#auth.begin(request, chosen, { async: true }).catch((error: unknown) => {
          this.#log.error('a sign-in to the portal failed', { error: String(error) })
        })
      }
      return shownCode
    })
  }

  /** The status of the push that this sign-in waits for. */
  async status(session: PortalSession): Promise<PushStatus> {
    const { txid } = session
    if (txid === null || session.asked === null) return { kind: 'timeout' }
    const waiting = this.#sessions.isPushOver(session) ? 'timeout' : 'waiting'
    const transaction =
      txid === nobodyAsked ? undefined : await this.#transactions.byTxid(txid, this.#db)
    const outcome = transaction?.outcome
    if (transaction === undefined || outcome === undefined || outcome.result === 'waiting') {
      return { kind: waiting }
    }
    if (outcome.result === 'deny') {
      // the user's answer may be shown; why no phone was asked would reveal something about the user
      return { kind: answers.includes(outcome.status_msg) ? 'refused' : waiting }
    }
    const user =
      transaction.userId === null ? undefined : await this.#users.byId(transaction.userId, this.#db)
    if (!isProof({ ...outcome, result: 'allow' }) || user === undefined) return { kind: 'refused' }
    return { kind: 'signed_in', token: await this.#sessions.complete(session, user) }
  }
}

/** Outcomes that only the answer of a user can have. */
const answers: readonly string[] = [
  statusMessage.denied,
  statusMessage.fraud,
  statusMessage.codeIncorrect,
]

function randomDigits(count: number): string {
  return String(randomInt(10 ** count)).padStart(count, '0')
}
