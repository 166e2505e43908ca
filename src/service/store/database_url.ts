const form = 'write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE'
const encoding =
  'percent-encode special characters of the user name and the password: # as %23, / as %2F, ? as %3F, @ as %40, % as %25'

/** Those that are known: the page on PostgreSQL says what each of them does. */
const sslModes: readonly string[] = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify']

/**
 * What is wrong with the address of a PostgreSQL database (RFC 3986), and what to do; it repeats
 * nothing of the address but `sslmode`, since there is a password in it.
 *
 * @returns `undefined` where it is right.
 */
export function databaseUrlProblem(text: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(text)) {
    return 'database_url does not begin with postgres:// or postgresql://'
  }
  const url = parseDatabaseUrl(text)
  if (url === undefined) return `database_url can't be read; ${form}, and ${encoding}`
  // the first special character of a password that is not encoded ends the host
  const cutOff = text.includes('#') || `${url.pathname}${url.search}`.includes('@')
  if (cutOff || text.split('@').length > 2 || !isEncoded(`${url.username}${url.password}`)) {
    return `database_url has a special character in it; ${encoding}`
  }
  if (url.hostname.includes(',')) return `database_url names several hosts; ${form}`
  const mode = url.searchParams.get('sslmode')
  if (mode !== null && !sslModes.includes(mode)) {
    const written = /^[a-z-]{1,20}$/i.test(mode) ? `sslmode=${mode}` : 'an sslmode'
    return `database_url has ${written}, which is not known here; write ${sslModes.join(', ')}`
  }
  if (url.searchParams.has('ssl') || url.searchParams.has('uselibpqcompat')) {
    return 'database_url says how TLS is used by another key than sslmode; write sslmode=verify-full'
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
