import { findUrlPasswords } from './config_secrets.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Variables whose values matter to the proxy and are not secret. */
const shown =
  /^(PATH|LANG|LANGUAGE|LC_(ALL|COLLATE|CTYPE|MESSAGES|MONETARY|NUMERIC|TIME)|TZ|USER|LOGNAME|HOME|PWD|NODE_(ENV|OPTIONS|EXTRA_CA_CERTS|COMPILE_CACHE|USE_SYSTEM_CA|USE_ENV_PROXY|TLS_REJECT_UNAUTHORIZED)|SSL_CERT_(FILE|DIR)|NOTIFY_SOCKET|WATCHDOG_(USEC|PID)|container)$/i
/** Shown without a username and a password, which may be written with a scheme or without. */
const proxy = /^(HTTPS?|ALL|NO)_PROXY$/i
const secretName = /secret|skey|pass|pw|token|key|credential|auth|cookie/i

/** The environment, with the values of a few known variables; of all others only the names. */
export function describeEnvironment(env: Environment): string {
  return Object.entries(env)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value = '']) => {
      if (proxy.test(name)) return `${name}=${value.replace(/^(\w+:\/\/)?.*@/s, '$1[removed]@')}`
      return shown.test(name) ? `${name}=${value}` : `${name} (not shown)`
    })
    .join('\n')
}

/** Values of variables whose names say that they are secret, and passwords in addresses. */
export function collectEnvironmentSecrets(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, value = '']) => {
    if (proxy.test(name)) {
      const userinfo = /^(?:\w+:\/\/)?(.*)@/s.exec(value)?.[1] ?? ''
      return [userinfo, userinfo.slice(userinfo.indexOf(':') + 1)]
    }
    // OLDPWD is a folder
    const isSecret = secretName.test(name) && !shown.test(name) && name !== 'OLDPWD'
    return isSecret ? [value] : findUrlPasswords(value)
  })
}
