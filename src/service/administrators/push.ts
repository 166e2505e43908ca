import { statusMessage } from '../../duo/index.ts'
import type { Integration } from '../applications/integrations.ts'
import type { Auth } from '../sign_in/auth.ts'
import type { Preauth } from '../sign_in/preauth.ts'
import { sourceAddress } from '../sign_in/source_address.ts'
import type { AuthRequest } from '../sign_in/subject_reads.ts'
import { clocksApartMs, isOverdue, type Transaction } from '../sign_in/transaction/transaction.ts'
import type { Transactions } from '../sign_in/transaction/transactions.ts'
import type { StoreDb } from '../store/store.ts'
import type { AdministratorAccounts } from './accounts.ts'
import { type Administrator, AdministratorError } from './administrator.ts'
import { findPhone, type PushPhone, type PushPhones } from './push_phones.ts'
import type { AdministratorSession } from './sessions.ts'

/** What a push is for, as the app shows it. An approval counts for no other purpose. */
const shownTypes = {
  sign_in: 'Sign-in to the Admin Panel',
  step_up: 'Confirm a change in the Admin Panel',
  enrolment: 'Add this phone to your administrator account',
} as const
export type PushPurpose = keyof typeof shownTypes

/** The session that requests a push, and its administrator. */
export interface PushRequester {
  readonly session: AdministratorSession
  readonly administrator: Administrator
}

/** A push that waits for its answer. */
export interface SentPush {
  /** Shown in the panel; the app asks for it. */
  readonly code: string
  /** The phone, as lists show it. */
  readonly phone: string
}

/** What sends a push and stores its outcome. */
interface PushSender {
  /** The panel as an application. */
  readonly application: { integration(): Promise<Integration> }
  readonly preauth: Pick<Preauth, 'decide' | 'foresee'>
  readonly auth: Pick<Auth, 'begin'>
  readonly transactions: Pick<Transactions, 'byTxid'>
}

/**
 * Pushes to the phones of administrators. The panel shows a code that is typed into the app. The policy of
 * the panel's application, push fatigue and the authentication log apply as at every sign-in.
 */
export class AdministratorPush {
  readonly #accounts: AdministratorAccounts
  readonly #phones: PushPhones
  readonly #sender: PushSender

  constructor(accounts: AdministratorAccounts, phones: PushPhones, sender: PushSender) {
    this.#accounts = accounts
    this.#phones = phones
    this.#sender = sender
  }

  /** The phones that can become a factor: those of the administrator that are none yet. */
  async offered({ administrator }: PushRequester): Promise<readonly PushPhone[]> {
    const { factors, store } = this.#accounts
    const held = await factors.ofAdministrator(administrator.adminId, store.db)
    const phones = await this.#phones.ofAdministrator(administrator, store.db)
    const taken = held.map((factor) => findPhone(factor, phones)?.phoneId)
    return phones.filter(({ phoneId }) => !taken.includes(phoneId))
  }

  /**
   * Sends a push to a phone that is to become a factor.
   *
   * @param address Of the browser.
   * @throws {AdministratorError} `not_found`; `conflict` if another administrator uses the phone; `push`
   */
  async sendToAdd(requester: PushRequester, phoneId: string, address: string): Promise<SentPush> {
    const { factors, store } = this.#accounts
    const phone = (await this.offered(requester)).find((each) => each.phoneId === phoneId)
    if (phone === undefined) {
      throw new AdministratorError(
        'not_found',
        'You can’t add this phone. Choose one from the list.',
      )
    }
    await factors.requireFreePhone(phoneId, requester.administrator.adminId, store.db)
    return await this.#send('enrolment', requester, phone, address)
  }

  /**
   * Sends a push to a phone that is a factor: for a sign-in, or for a step-up if the session is signed in.
   *
   * @param factorId By default, the oldest usable one.
   * @throws {AdministratorError} `not_found`, `push`
   */
  async send(
    requester: PushRequester,
    factorId: string | undefined,
    address: string,
  ): Promise<SentPush> {
    const { factors, store } = this.#accounts
    const { adminId } = requester.administrator
    const held = await factors.ofAdministrator(adminId, store.db)
    const phones = await this.#phones.ofAdministrator(requester.administrator, store.db)
    const [phone] = held
      .filter((factor) => factorId === undefined || factor.factorId === factorId)
      .flatMap((factor) => findPhone(factor, phones) ?? [])
    if (phone === undefined) {
      throw new AdministratorError('not_found', 'You can’t use this phone. Use another factor.')
    }
    return await this.#send(purposeOf(requester), requester, phone, address)
  }

  /**
   * Reads the outcome of the push of a sign-in or a step-up. An outcome is read once, in the network that the
   * push was sent from: nobody else who has the cookie gets what the phone has approved.
   *
   * @param network As `sourceAddress` gives it.
   * @returns The identifier of the phone that approved; `undefined` while the push waits.
   * @throws {AdministratorError} `push` if it was not approved; `conflict` if no push is waiting.
   */
  async prove(requester: PushRequester, network: string): Promise<string | undefined> {
    return await this.#take(purposeOf(requester), requester, network, async (phone, db) => {
      const { factors, clock } = this.#accounts
      const held = await factors.ofAdministrator(requester.administrator.adminId, db)
      const factor = held.find((each) => findPhone(each, [phone]) !== undefined)
      if (factor === undefined) return undefined
      return (await factors.noteUse(factor, clock.now(), db)) ? phone.phoneId : undefined
    })
  }

  /**
   * As `prove`, for a phone that is to become a factor.
   *
   * @param add Adds the phone, in the transaction that consumes the push.
   */
  async proveNew<Result>(
    requester: PushRequester,
    network: string,
    add: (phone: PushPhone, db: StoreDb) => Promise<Result>,
  ): Promise<Result | undefined> {
    return await this.#take('enrolment', requester, network, add)
  }

  async #send(
    purpose: PushPurpose,
    { session }: PushRequester,
    phone: PushPhone,
    address: string,
  ): Promise<SentPush> {
    const { store, sessions } = this.#accounts
    const { preauth, auth } = this.#sender
    const request = await this.#request(phone.userId, address, purpose)
    const decided = await preauth.decide(request, { showsCode: true })
    if (decided.result !== 'auth') {
      throw notSent('status_msg' in decided ? decided.status_msg : undefined)
    }
    if (decided.verification === undefined) throw notSent()
    const { txid, code } = decided.verification
    const chosen = { factor: 'push', device: phone.phoneId, txid } as const
    const begun = await auth.begin(request, chosen, { async: false })
    if (begun.kind !== 'waiting') {
      throw notSent('outcome' in begun ? begun.outcome.status_msg : undefined)
    }
    const { publicKey } = phone
    await sessions.setPush(session.tokenHash, { txid: begun.txid, publicKey }, store.db)
    return { code, phone: phone.label }
  }

  async #take<Result>(
    purpose: PushPurpose,
    { session, administrator }: PushRequester,
    network: string,
    use: (phone: PushPhone, db: StoreDb) => Promise<Result | undefined>,
  ): Promise<Result | undefined> {
    const { store, sessions, clock } = this.#accounts
    const waiting = await sessions.waitingPush(session.tokenHash, store.db)
    if (waiting === undefined) throw noPush()
    const push = await this.#sender.transactions.byTxid(waiting.txid, store.db)
    if (push !== undefined && sourceAddress(push.request.ipaddr) !== network) {
      throw new AdministratorError('push', otherNetwork)
    }
    if (push?.outcome.result === 'waiting' && !isOverdue(push, clock.now())) return undefined
    const problem = await this.#problemOf(push, purpose)
    const taken = await store.transaction(async (db) => {
      if (!(await sessions.takePush(session.tokenHash, waiting.txid, db))) return 'gone'
      if (problem !== undefined) return 'refused'
      const phones = await this.#phones.ofAdministrator(administrator, db)
      const phone = phones.find(
        ({ phoneId, userId, publicKey }) =>
          phoneId === push?.phoneId && userId === push.userId && publicKey === waiting.publicKey,
      )
      const result = phone === undefined ? undefined : await use(phone, db)
      return result === undefined ? 'refused' : { result }
    })
    if (taken === 'gone') throw noPush()
    if (taken === 'refused') throw new AdministratorError('push', problem ?? changed)
    return taken.result
  }

  /** Why the outcome of a push proves nothing; `undefined` if the phone has approved it. */
  async #problemOf(
    push: Transaction | undefined,
    purpose: PushPurpose,
  ): Promise<string | undefined> {
    const now = this.#accounts.clock.now()
    // one that was opened in the future is too old: the clock was set back
    const isFuture = push !== undefined && push.opened > now + clocksApartMs
    if (push === undefined || isFuture || now >= push.expires) return expired
    const { outcome, userId, phoneId, factor, request } = push
    if (outcome.result !== 'allow') return refusalText(outcome.status_msg, outcome.status)
    // a user with bypass status is allowed without an answer, and a passcode is no answer of a phone
    const isAnswer = outcome.status === 'allow' && factor === 'push' && phoneId !== null
    if (!isAnswer || userId === null || request.type !== shownTypes[purpose]) return changed
    const asked = await this.#request(userId, request.ipaddr, purpose)
    if (push.ikey !== asked.integration.ikey) return changed
    // status and policy may have changed since the answer
    const decision = await this.#sender.preauth.foresee(asked)
    return decision?.kind === 'auth' ? undefined : changed
  }

  async #request(userId: string, ipaddr: string, purpose: PushPurpose): Promise<AuthRequest> {
    const integration = await this.#sender.application.integration()
    const shown = { type: shownTypes[purpose] }
    const methods = ['duo-push'] as const
    return { integration, user: { userId }, ipaddr, hostname: '', shown, methods }
  }
}

function purposeOf({ session }: PushRequester): PushPurpose {
  return session.state === 'signed_in' ? 'step_up' : 'sign_in'
}

const expired = 'Nobody answered the push in time. Send another one.'
const changed =
  'The answer does not count, because the phone, its user or a policy has changed. Use another factor.'

const otherNetwork = 'The push was sent from another network. Send another one.'

function refusalText(message: string, status: string): string {
  if (status === 'fraud') return 'The push was reported as fraud on the phone.'
  if (status === 'timeout') return expired
  if (message === statusMessage.codeIncorrect) {
    return 'A wrong code was typed three times. Send another push.'
  }
  return message === statusMessage.denied
    ? 'The push was denied on the phone.'
    : `The push was refused. ${message}`
}

function notSent(reason = 'The phone can’t receive pushes.'): AdministratorError {
  return new AdministratorError('push', `No push was sent. ${reason}`)
}

function noPush(): AdministratorError {
  return new AdministratorError('conflict', 'No push is waiting for an answer. Send one.')
}
