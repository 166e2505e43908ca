import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import type { Secret } from '../../../host/secret.ts'
import type {
  PasskeyAssertion,
  PasskeyResponse,
} from '../../authenticators/passkey/passkey_assertion.ts'
import type { Preauth } from '../../sign_in/preauth.ts'
import type { PasskeyChallenges } from '../passkey_challenges.ts'
import { signInRefused } from '../person.ts'
import type { PortalSession } from '../portal_sessions.ts'
import type { PasskeyApproval } from './passkey_approval.ts'
import type { PortalRequests } from './portal_requests.ts'
import type { SignInSessions } from './sign_in_sessions.ts'

/** Signs users in to the portal with a passkey. */
export class PasskeySignIn {
  readonly #assertion: PasskeyAssertion
  readonly #challenges: PasskeyChallenges
  readonly #requests: PortalRequests
  readonly #preauth: Preauth
  readonly #approval: PasskeyApproval
  readonly #sessions: SignInSessions

  constructor(
    assertion: PasskeyAssertion,
    challenges: PasskeyChallenges,
    requests: PortalRequests,
    preauth: Preauth,
    approval: PasskeyApproval,
    sessions: SignInSessions,
  ) {
    this.#assertion = assertion
    this.#challenges = challenges
    this.#requests = requests
    this.#preauth = preauth
    this.#approval = approval
    this.#sessions = sessions
  }

  /** What the browser needs to ask for a passkey. */
  async options(tokenHash: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const options = await this.#assertion.options()
    await this.#challenges.issue(tokenHash, options.challenge)
    return options
  }

  /** @throws {SelfServiceError} `sign_in`, `passkey` */
  async signIn(session: PortalSession, response: PasskeyResponse): Promise<Secret> {
    const { clientDataJSON } = response.response
    const challenge = await this.#challenges.take(session.tokenHash, clientDataJSON)
    const proved = await this.#assertion.verify(challenge, response)
    if (proved === undefined) throw signInRefused()
    const asked = await this.#requests.byPasskey(session, proved.credential.userId)
    if (asked === undefined) throw signInRefused()
    const { result } = await this.#preauth.decide(asked.request)
    if (result !== 'auth') throw signInRefused()
    await this.#approval.record(asked, proved)
    return await this.#sessions.complete(session, asked.user)
  }
}
