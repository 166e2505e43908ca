import { AuthApiUnavailable, type UnavailableReason } from '../index.ts'

const reasons: Readonly<Record<string, UnavailableReason>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  ETIMEDOUT: 'connect',
  EADDRNOTAVAIL: 'connect',
  // this process gave the connection up before it was open
  UND_ERR_DESTROYED: 'connect',
  UND_ERR_CLOSED: 'connect',
  UND_ERR_CONNECT_TIMEOUT: 'connect',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  // this process or machine has no descriptor or memory left
  EMFILE: 'overload',
  ENFILE: 'overload',
  ENOBUFS: 'overload',
  ENOMEM: 'overload',
  UND_ERR_PRX_CONN: 'proxy',
  UND_ERR_PRX_TLS: 'proxy',
}

/** Names of some errors in the logs of the vendor's proxy, for log parsers. */
const vendorWords: Readonly<Record<string, string>> = {
  ENOTFOUND: 'DNSLookupError: DNS lookup failed: ',
  EAI_AGAIN: 'DNSLookupError: DNS lookup failed: ',
  EAI_FAIL: 'DNSLookupError: DNS lookup failed: ',
  ETIMEDOUT: 'TCPTimedOutError: ',
  UND_ERR_CONNECT_TIMEOUT: 'TCPTimedOutError: ',
}

/**
 * Converts an error of the connection.
 *
 * @param sent Whether writing the request had begun.
 */
export function unavailableBy(
  error: unknown,
  { sent, throughProxy }: { readonly sent: boolean; readonly throughProxy: boolean },
): AuthApiUnavailable {
  if (error instanceof AuthApiUnavailable) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  const reason = describeCode(code, sent, throughProxy)
  const text = `${vendorWords[code] ?? ''}${message.includes(code) ? message : `${code}: ${message}`}`
  // nothing was sent before the connection was open
  return new AuthApiUnavailable(reason, text, { mayHaveBeenReceived: sent })
}

function describeCode(code: string, sent: boolean, throughProxy: boolean): UnavailableReason {
  if (isCertificateError(code)) return 'tls'
  const known = reasons[code]
  if (sent) return 'reset'
  // a connection that breaks before its first request broke in the handshake
  if (known === 'overload') return known
  if (throughProxy && known !== 'tls') return 'proxy'
  return known === undefined || known === 'reset' ? 'tls' : known
}

/** Codes of OpenSSL's verification and of its protocol errors. */
function isCertificateError(code: string): boolean {
  return /^(ERR_SSL|ERR_TLS|EPROTO|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/.test(code)
}
