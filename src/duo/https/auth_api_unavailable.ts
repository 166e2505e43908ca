export type UnavailableReason =
  | 'dns'
  | 'connect'
  | 'tls'
  | 'proxy'
  | 'timeout'
  | 'reset'
  | 'http_5xx'
  | 'malformed'

/**
 * The API could not be asked, or did not answer: what failmode is for.
 *
 * `mayHaveBeenReceived` says whether the request may have reached the API all the same; where it is
 * `false` nothing was started there.
 */
export class AuthApiUnavailable extends Error {
  override readonly name = 'AuthApiUnavailable'
  readonly reason: UnavailableReason
  readonly mayHaveBeenReceived: boolean

  constructor(
    reason: UnavailableReason,
    message: string,
    { mayHaveBeenReceived }: { readonly mayHaveBeenReceived: boolean },
  ) {
    super(message)
    this.reason = reason
    this.mayHaveBeenReceived = mayHaveBeenReceived
  }
}

const reasons: Readonly<Record<string, UnavailableReason>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  ETIMEDOUT: 'connect',
  EADDRNOTAVAIL: 'connect',
  UND_ERR_CONNECT_TIMEOUT: 'connect',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
}

/** What an error of the connection's means. */
export function unavailableBy(error: unknown, sent: boolean): AuthApiUnavailable {
  if (error instanceof AuthApiUnavailable) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  const reason = reasons[code] ?? (isCertificateError(code) ? 'tls' : sent ? 'reset' : 'connect')
  const beforeSending = reason === 'dns' || reason === 'connect' || reason === 'tls'
  return new AuthApiUnavailable(reason, code === '' ? message : `${code}: ${message}`, {
    mayHaveBeenReceived: sent && !beforeSending,
  })
}

/** Codes of OpenSSL's verification and of its protocol errors. */
function isCertificateError(code: string): boolean {
  return /^(ERR_SSL|ERR_TLS|EPROTO|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/.test(code)
}
