import { DeliveryError } from '../messaging.ts'

/** A server that messages go to, and its section in countersign.cfg. */
export interface Peer {
  /** Its name in messages: `twilio`, `the mail server`. */
  readonly name: string
  /** `[twilio]` */
  readonly section: string
}

/** Errors before anything was written. Nothing was sent, so a retry can't send twice. */
const notConnected: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EDNS',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CONNECT_TIMEOUT',
]

/** Certificate errors (OpenSSL's X509_V_ERR_… in Node's spelling) and TLS handshake errors. */
const notSecured = /CERT|SIGNATURE|^ERR_SSL_|^ERR_TLS_|^EPROTO$|^ETLS$/

/** Whether an error code means that no connection was made. */
export function isNotConnected(code: string): boolean {
  return notConnected.includes(code)
}

/** Describes a failed connection without its URL, which may contain a password. */
export function connectionFailure({ name, section }: Peer, code: string): DeliveryError {
  if (isNotConnected(code)) {
    return new DeliveryError(
      'DELIVERY_UNREACHABLE',
      `can't reach ${name} (${code}); check its address in ${section} and the network`,
    )
  }
  if (notSecured.test(code)) {
    return new DeliveryError(
      'DELIVERY_UNREACHABLE',
      `the TLS certificate of ${name} is not trusted (${code}); check its address and ca_file in ${section}`,
    )
  }
  return new DeliveryError(
    'DELIVERY_UNANSWERED',
    `the connection to ${name} broke (${code === '' ? 'unknown' : code}); the message may have been sent`,
  )
}

/** A timeout. */
export function noAnswer({ name }: Peer, limitMs: number): DeliveryError {
  return new DeliveryError(
    'DELIVERY_UNANSWERED',
    `${name} did not answer in ${limitMs / 1000} s; the message may have been sent`,
  )
}
