import type { AdministratorAccounts } from '../administrators/accounts.ts'
import { Administrators } from '../administrators/administrators.ts'
import { AdministratorFactors } from '../administrators/factors.ts'
import { PasswordHashes } from '../administrators/password_hash.ts'
import { AdministratorSessions } from '../administrators/sessions.ts'
import type { Domain } from './domain.ts'

const minuteMs = 60_000
const hourMs = 3_600_000

/** Composes the accounts of administrators. */
export function composeAdministrators({
  store,
  settings,
  clock,
}: Pick<Domain, 'store' | 'settings' | 'clock'>): AdministratorAccounts {
  return {
    store,
    administrators: new Administrators(),
    factors: new AdministratorFactors(store),
    sessions: new AdministratorSessions(() => ({
      idleMs: settings.get('admin_session_idle_minutes') * minuteMs,
      absoluteMs: settings.get('admin_session_hours') * hourMs,
    })),
    passwords: new PasswordHashes(),
    clock,
  }
}
