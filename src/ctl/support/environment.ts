import { findUrlPasswords } from './config_secrets.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Variables whose values matter to the proxy and are not secret; passwords in addresses are removed. */
const shown =
  /^(PATH|LANG|LC_.*|TZ|USER|LOGNAME|HOME|PWD|NODE_.*|SSL_CERT_(FILE|DIR)|(HTTPS?|ALL|NO)_PROXY|NOTIFY_SOCKET|WATCHDOG_.*|container)$/i
const secretName = /secret|skey|pass|token|key|credential|auth/i

/** The environment, with the values of a few known variables; of all others only the names. */
export function describeEnvironment(env: Environment): string {
  return Object.entries(env)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value = '']) => (shown.test(name) ? `${name}=${value}` : `${name} (not shown)`))
    .join('\n')
}

/** Values of variables whose names say that they are secret, and passwords in addresses. */
export function collectEnvironmentSecrets(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, value = '']) =>
    secretName.test(name) && !shown.test(name) ? [value] : findUrlPasswords(value),
  )
}
