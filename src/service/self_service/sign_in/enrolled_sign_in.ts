import type { Secret } from '../../../host/secret.ts'
import type { Preauth } from '../../sign_in/preauth.ts'
import type { Enrolments } from '../enrolments.ts'
import type { Person } from '../person.ts'
import type { PortalRequests } from './portal_requests.ts'
import type { SignInSessions } from './sign_in_sessions.ts'

/**
 * Signs users in at the end of their enrolment. That gives away nothing new: with the device that they
 * have just added, they could sign in anyway.
 */
export class EnrolledSignIn {
  readonly #enrolments: Enrolments
  readonly #requests: PortalRequests
  readonly #preauth: Preauth
  readonly #sessions: SignInSessions

  constructor(
    enrolments: Enrolments,
    requests: PortalRequests,
    preauth: Preauth,
    sessions: SignInSessions,
  ) {
    this.#enrolments = enrolments
    this.#requests = requests
    this.#preauth = preauth
    this.#sessions = sessions
  }

  /**
   * Ends the enrolment.
   *
   * @returns The token of the user's own session; `undefined` if the portal does not let the user in, by
   *   its policy or because it is closed.
   * @throws {SelfServiceError} `device_first`
   */
  async finish(person: Person): Promise<Secret | undefined> {
    const { session, user } = await this.#enrolments.finished(person)
    const request = await this.#requests.ofUser(session, user)
    const decision = request === undefined ? undefined : await this.#preauth.foresee(request)
    if (decision?.kind === 'auth') return await this.#sessions.complete(session, user)
    await this.#sessions.cancel(session)
    return undefined
  }
}
