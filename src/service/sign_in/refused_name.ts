import type { Log } from '../../host/log.ts'
import type { NameRefusal } from '../people/user_names.ts'
import { spelledOut } from '../people/username/username_problem.ts'
import type { AttemptRequest } from './transaction/attempt.ts'

const maxLogged = 255

/** Logs a username that was denied for its spelling, with escapes, because look-alikes are not visible. */
export function logRefusedName(
  { user, integration, ipaddr }: AttemptRequest,
  refusal: NameRefusal,
  log: Log,
): void {
  const fields = {
    username: 'username' in user ? spelledOut(user.username.slice(0, maxLogged)) : '',
    application: integration.name,
    ipaddr,
  }
  if (refusal.kind === 'invalid') {
    const { problem } = refusal
    log.warn('denied a user name that no new user may have', { ...fields, problem })
    return
  }
  const { username, name } = refusal.of
  const looksLike = name === username ? username : `${name} (alias of ${username})`
  log.warn('denied a user name that looks like another', { ...fields, looks_like: looksLike })
}
