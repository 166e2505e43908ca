import type { Secret } from '../../host/secret.ts'
import type { Preauth } from '../sign_in/preauth.ts'
import type { PasskeyApproval } from './passkey_approval.ts'
import type { PasskeyAssertion, PasskeyResponse } from './passkey_assertion.ts'
import { signInRefused } from './person.ts'
import type { PortalRequests } from './portal_requests.ts'
import type { PortalSession } from './portal_sessions.ts'
import type { SignInSessions } from './sign_in_sessions.ts'

/** Signs users in to the portal with a passkey. */
export class PasskeySignIn {
  readonly #assertion: PasskeyAssertion
  readonly #requests: PortalRequests
  readonly #preauth: Preauth
  readonly #approval: PasskeyApproval
  readonly #sessions: SignInSessions

  constructor(
    assertion: PasskeyAssertion,
    requests: PortalRequests,
    preauth: Preauth,
    approval: PasskeyApproval,
    sessions: SignInSessions,
  ) {
    this.#assertion = assertion
    this.#requests = requests
    this.#preauth = preauth
    this.#approval = approval
    this.#sessions = sessions
  }

  /** @throws {SelfServiceError} `sign_in`, `passkey` */
  async signIn(session: PortalSession, response: PasskeyResponse): Promise<Secret> {
    const proved = await this.#assertion.verify(session.tokenHash, response)
    if (proved === undefined) throw signInRefused()
    const asked = await this.#requests.byPasskey(session, proved.credential.userId)
    if (asked === undefined) throw signInRefused()
    const { result } = await this.#preauth.decide(asked.request)
    if (result !== 'auth' && result !== 'enroll') throw signInRefused()
    await this.#approval.record(asked, proved)
    return await this.#sessions.complete(session, asked.user)
  }
}
