import type { Clock } from '../../host/clock.ts'
import type { Store } from '../store/store.ts'
import type { Administrators } from './administrators.ts'
import type { AdministratorFactors } from './factors.ts'
import type { PasswordHashes } from './password_hash.ts'
import type { AdministratorSessions } from './sessions.ts'

/** What is read and written when an administrator signs in. */
export interface AdministratorAccounts {
  readonly store: Store
  readonly administrators: Administrators
  readonly factors: AdministratorFactors
  readonly sessions: AdministratorSessions
  readonly passwords: PasswordHashes
  readonly clock: Clock
}
