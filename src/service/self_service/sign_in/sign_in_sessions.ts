import type { Clock } from '../../../host/clock.ts'
import type { Secret } from '../../../host/secret.ts'
import type { User } from '../../people/user.ts'
import type { Store } from '../../store/store.ts'
import { signInRefused } from '../person.ts'
import type { OpenedSession, PortalSession, PortalSessions } from '../portal_sessions.ts'

const pushMs = 60_000

/** The session of a sign-in, from the typed name to the session of the signed-in user. */
export class SignInSessions {
  readonly #store: Store
  readonly #sessions: PortalSessions
  readonly #clock: Clock

  constructor(store: Store, sessions: PortalSessions, clock: Clock) {
    this.#store = store
    this.#sessions = sessions
    this.#clock = clock
  }

  /**
   * Begins a sign-in, in place of the browser's present session.
   *
   * @param username Empty for a sign-in by passkey.
   */
  async begin(
    username: string,
    presented: PortalSession | undefined,
    address: string,
  ): Promise<OpenedSession> {
    return await this.#store.transaction(async (db) => {
      if (presented !== undefined) await this.#sessions.end(presented.tokenHash, db)
      return await this.#sessions.open(
        { kind: 'sign_in', username: username.trim(), userId: null, codeHash: null, address },
        this.#clock.now(),
        db,
      )
    })
  }

  /** Notes that the sign-in waits for a push from now on. */
  async waitForPush({ tokenHash }: PortalSession, txid: string, shownCode: string): Promise<void> {
    await this.#sessions.setWaiting(tokenHash, { txid, shownCode, asked: this.#clock.now() })
  }

  /** Whether the wait for the push is over. */
  isPushOver({ asked }: PortalSession): boolean {
    return asked === null || this.#clock.now() - asked >= pushMs
  }

  /** Ends the session without a sign-in. */
  async cancel({ tokenHash }: PortalSession): Promise<void> {
    await this.#sessions.end(tokenHash, this.#store.db)
  }

  /**
   * Replaces the session by the user's own, with a new token (no session fixation).
   *
   * @throws {SelfServiceError} `sign_in` if the session has ended meanwhile.
   */
  async complete(session: PortalSession, { userId, username }: User): Promise<Secret> {
    return await this.#store.transaction(async (db) => {
      if (!(await this.#sessions.end(session.tokenHash, db))) throw signInRefused()
      const { token } = await this.#sessions.open(
        { kind: 'self_service', username, userId, codeHash: null, address: session.address },
        this.#clock.now(),
        db,
      )
      return token
    })
  }
}
