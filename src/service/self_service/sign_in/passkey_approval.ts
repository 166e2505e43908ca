import { randomUUID } from 'node:crypto'
import { statusMessage } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import type { ProvedPasskey } from '../../authenticators/passkey/passkey_assertion.ts'
import type { WebauthnCredentials } from '../../authenticators/passkey/webauthn_credentials.ts'
import type { Users } from '../../people/users.ts'
import type { Journal } from '../../sign_in/journal.ts'
import type { Outcome } from '../../sign_in/transaction/transaction.ts'
import type { Store } from '../../store/store.ts'
import { signInRefused } from '../person.ts'
import type { PasskeyRequest } from './portal_requests.ts'

const approved: Outcome = { result: 'allow', status: 'allow', status_msg: statusMessage.success }

/** Records a sign-in with a passkey: its counter, the user's last sign-in and the log entry. */
export class PasskeyApproval {
  readonly #store: Store
  readonly #credentials: WebauthnCredentials
  readonly #users: Users
  readonly #journal: Journal
  readonly #clock: Clock

  constructor(
    store: Store,
    credentials: WebauthnCredentials,
    users: Users,
    journal: Journal,
    clock: Clock,
  ) {
    this.#store = store
    this.#credentials = credentials
    this.#users = users
    this.#journal = journal
    this.#clock = clock
  }

  /** @throws {SelfServiceError} `sign_in` if the counter was used already. */
  async record(
    { request, user }: PasskeyRequest,
    { credential, counter }: ProvedPasskey,
  ): Promise<void> {
    await this.#store.transaction(async (db) => {
      const now = this.#clock.now()
      if (!(await this.#credentials.use(credential, counter, now, db))) throw signInRefused()
      await this.#users.signedIn(user, now, db)
      const attempt = {
        txid: randomUUID(),
        request,
        user,
        factor: 'passkey',
        device: credential.credentialId,
      }
      await this.#journal.append({ attempt, outcome: approved, reason: 'user_approved' }, now, db)
    })
  }
}
