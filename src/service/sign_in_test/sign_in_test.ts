import type { Clock } from '../../host/clock.ts'
import type { Integration } from '../applications/integrations.ts'
import type { Auth, AuthOutcome } from '../sign_in/auth.ts'
import type { AuthStatus } from '../sign_in/auth_status.ts'
import type { Finding } from '../sign_in/decision.ts'
import type { Preauth, PreauthOutcome } from '../sign_in/preauth.ts'
import type { Subject, Subjects } from '../sign_in/subject.ts'
import type { AuthRequest } from '../sign_in/subject_reads.ts'
import type { Outcome, Waiting } from '../sign_in/transaction/transaction.ts'

/** A sign-in to try. */
export interface TestRequest {
  readonly integration: Integration
  readonly username: string
  /** The address that the client would send; may be empty. */
  readonly ipaddr: string
}

/** The second factor to try. */
export type TestFactor =
  | { readonly factor: 'push' | 'phone' | 'sms' }
  | { readonly factor: 'passcode'; readonly passcode: string }

/** What happened before a factor was asked for. */
export interface TestStart {
  /** The user, if the name is known. */
  readonly user: Subject['user']
  readonly findings: readonly Finding[]
  readonly preauth: PreauthOutcome
  /** Milliseconds that the decision took. */
  readonly decisionMs: number
}

const hostname = 'Test from the Admin Panel'
const anyPhone = 'auto'

/**
 * Signs a real user in to an application, in the steps of a client: preauth, auth, auth_status. The
 * requests take the same path as those of the application, after its signature has been checked.
 */
export class SignInTest {
  readonly #subjects: Subjects
  readonly #preauth: Preauth
  readonly #auth: Auth
  readonly #authStatus: AuthStatus
  readonly #clock: Clock

  constructor(
    subjects: Subjects,
    preauth: Preauth,
    auth: Auth,
    authStatus: AuthStatus,
    clock: Clock,
  ) {
    this.#subjects = subjects
    this.#preauth = preauth
    this.#auth = auth
    this.#authStatus = authStatus
    this.#clock = clock
  }

  /** Decides as preauth does; a denial is logged like any other. */
  async start(request: TestRequest): Promise<TestStart> {
    const began = this.#clock.now()
    const subject = await this.#subjects.read(toAuthRequest(request))
    const preauth = await this.#preauth.decide(toAuthRequest(request), { showsCode: true })
    return {
      user: subject?.user,
      findings: subject?.findings ?? [],
      preauth,
      decisionMs: this.#clock.now() - began,
    }
  }

  /**
   * Asks for the factor.
   *
   * @param txid That of the verification code that preauth gave.
   */
  async ask(
    request: TestRequest,
    chosen: TestFactor,
    txid: string | undefined,
  ): Promise<{ readonly outcome: AuthOutcome; readonly askedMs: number }> {
    const began = this.#clock.now()
    const factor =
      chosen.factor === 'passcode' ? chosen : { factor: chosen.factor, device: anyPhone, txid }
    const outcome = await this.#auth.begin(toAuthRequest(request), factor, { async: true })
    return { outcome, askedMs: this.#clock.now() - began }
  }

  /**
   * Waits for half a minute at most until the status changes.
   *
   * @returns `undefined` if the application has no such transaction.
   */
  async status(
    { ikey }: Pick<Integration, 'ikey'>,
    txid: string,
  ): Promise<Outcome | Waiting | undefined> {
    return await this.#authStatus.poll(txid, ikey)
  }
}

function toAuthRequest({ integration, username, ipaddr }: TestRequest): AuthRequest {
  return { integration, user: { username }, ipaddr, hostname }
}
