const form = 'write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE'
const encoding =
  'percent-encode special characters of the user name and the password: # as %23, / as %2F, ? as %3F, @ as %40, % as %25'

/** docs/postgresql.md explains each. */
const sslModes: readonly string[] = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify']

/**
 * Checks the address of a PostgreSQL database (RFC 3986).
 *
 * @returns What is wrong and what to do, to follow the name of the setting; `undefined` if nothing
 *   is wrong. Repeats nothing of the address but `sslmode`, since it can contain a password.
 */
export function databaseUrlProblem(text: string): string | undefined {
  for (const address of singleHosts(text)) {
    const problem = addressProblem(address)
    if (problem !== undefined) return problem
  }
  return undefined
}

/**
 * The addresses of an address with several hosts, `postgres://USER:PASSWORD@A:PORT,B:PORT/DATABASE` as in
 * libpq, one for each.
 */
export function singleHosts(text: string): string[] {
  const [, scheme = '', user = '', hosts = '', rest = ''] =
    /^(\w+:\/\/)([^/?#@]*@)?([^/?#@]*)(.*)$/s.exec(text) ?? []
  if (!hosts.includes(',')) return [text]
  return hosts.split(',').map((host) => `${scheme}${user}${host}${rest}`)
}

function addressProblem(text: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(text)) {
    return `does not begin with postgres:// or postgresql://; ${form}`
  }
  const url = parseDatabaseUrl(text)
  if (url === undefined) return `can't be read; ${form}, and ${encoding}`
  // the first special character of a password that is not encoded ends the host
  const cutOff = text.includes('#') || `${url.pathname}${url.search}`.includes('@')
  if (cutOff || text.split('@').length > 2 || !isEncoded(`${url.username}${url.password}`)) {
    return `has a special character in it; ${encoding}`
  }
  const session = url.searchParams.get('target_session_attrs')
  if (session !== null && session !== 'read-write' && session !== 'primary') {
    return 'has target_session_attrs for a server that takes no writes; write target_session_attrs=read-write'
  }
  const mode = url.searchParams.get('sslmode')
  if (mode !== null && !sslModes.includes(mode)) {
    const written = /^[a-z-]{1,20}$/i.test(mode) ? `sslmode=${mode}` : 'an sslmode'
    return `has ${written}, which is unknown; write ${sslModes.join(', ')}`
  }
  if (url.searchParams.has('ssl') || url.searchParams.has('uselibpqcompat')) {
    return 'configures TLS with another key than sslmode; write sslmode=verify-full'
  }
  return undefined
}

/** RFC 3986 allows an empty host behind a user, as for a socket of this machine; URL does not. */
const noHost = 'none.invalid'

export function parseDatabaseUrl(text: string): URL | undefined {
  const whole = text.replace(/^(\w+:\/\/[^/?#@]*@)(?=[/?]|$)/, `$1${noHost}`)
  return URL.canParse(whole) ? new URL(whole) : undefined
}

/** The reverse of `parseDatabaseUrl`. */
export function printDatabaseUrl(url: URL): string {
  return url.toString().replace(`@${noHost}`, '@')
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
