import type { Store } from '../store/store.ts'
import { SelfServiceError } from './person.ts'
import type { PortalSessions } from './portal_sessions.ts'

/** What a browser signs (WebAuthn §5.8.1), as far as it is read here. */
interface ClientData {
  readonly challenge?: unknown
}

/** The challenges that browsers sign with passkeys. Each belongs to a session and is valid once. */
export class PasskeyChallenges {
  readonly #store: Store
  readonly #sessions: PortalSessions

  constructor(store: Store, sessions: PortalSessions) {
    this.#store = store
    this.#sessions = sessions
  }

  /** Stores a challenge, in place of the session's last one. */
  async issue(tokenHash: string, challenge: string): Promise<void> {
    await this.#sessions.setChallenge(tokenHash, challenge)
  }

  /**
   * Consumes the challenge that was signed.
   *
   * @throws {SelfServiceError} `passkey` if this session did not ask for it, or it was used already.
   */
  async take(tokenHash: string, clientDataJSON: string): Promise<string> {
    const challenge = readChallenge(clientDataJSON)
    if (challenge === undefined) throw passkeyRefused()
    if (!(await this.#sessions.takeChallenge(tokenHash, challenge, this.#store.db))) {
      throw passkeyRefused()
    }
    return challenge
  }
}

export function passkeyRefused(): SelfServiceError {
  return new SelfServiceError('passkey', 'This passkey was not accepted. Please try again.')
}

function readChallenge(clientDataJSON: string): string | undefined {
  try {
    const data: ClientData = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString())
    return typeof data.challenge === 'string' && data.challenge !== '' ? data.challenge : undefined
  } catch {
    return undefined
  }
}
