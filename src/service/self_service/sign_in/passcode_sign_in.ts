import type { Log } from '../../../host/log.ts'
import type { Secret } from '../../../host/secret.ts'
import type { Auth } from '../../sign_in/auth.ts'
import { signInRefused } from '../person.ts'
import type { PortalSession } from '../portal_sessions.ts'
import type { PortalRequests } from './portal_requests.ts'
import { isProof } from './proof.ts'
import type { SignInSessions } from './sign_in_sessions.ts'
import { takeAtLeast } from './steady_response.ts'

const passcodeMs = 300
const smsMs = 500

/**
 * Signs users in to the portal with a passcode, and sends passcodes by SMS. Replies are the same whether
 * or not the user exists, and whether or not they have such a device.
 */
export class PasscodeSignIn {
  readonly #requests: PortalRequests
  readonly #sessions: SignInSessions
  readonly #auth: Auth
  readonly #log: Log

  constructor(requests: PortalRequests, sessions: SignInSessions, auth: Auth, log: Log) {
    this.#requests = requests
    this.#sessions = sessions
    this.#auth = auth
    this.#log = log
  }

  /** @throws {SelfServiceError} `sign_in`, for an unknown user as for a wrong passcode. */
  async check(session: PortalSession, passcode: string): Promise<Secret> {
    return await takeAtLeast(passcodeMs, async () => {
      const asked = await this.#requests.byName(session)
      if (asked === undefined || asked.proofless) throw signInRefused()
      const chosen = { factor: 'passcode', passcode } as const
      const answer = await this.#auth.begin(asked.request, chosen, { async: false })
      const { user } = asked
      if (answer.kind !== 'settled' || !isProof(answer.outcome) || user === undefined) {
        throw signInRefused()
      }
      return await this.#sessions.complete(session, user)
    })
  }

  /** Sends passcodes if the user has a phone for them; the reply does not reveal whether they do. */
  async sendSms(session: PortalSession): Promise<void> {
    await takeAtLeast(smsMs, async () => {
      const asked = await this.#requests.byName(session)
      if (asked === undefined) throw signInRefused()
      if (asked.proofless) return
      const chosen = { factor: 'sms', device: 'auto' } as const
      // not awaited: the response time would reveal that there was a phone
      this.#auth.begin(asked.request, chosen, { async: false }).catch((error: unknown) => {
        this.#log.error('a sign-in to the portal failed', { error: String(error) })
      })
    })
  }
}
