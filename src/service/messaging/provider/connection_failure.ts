import { DeliveryError } from '../messaging.ts'

/** Who was to be told, and the section of countersign.cfg that says where that is. */
export interface Peer {
  /** As messages call it: `twilio`, `the mail server`. */
  readonly name: string
  /** `[twilio]` */
  readonly section: string
}

/** Errors that come before anything was written: nothing was sent, and another try can't send twice. */
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

/** Errors of certificates (OpenSSL's X509_V_ERR_… as Node names them) and of the TLS handshake. */
const notSecured = /CERT|SIGNATURE|^ERR_SSL_|^ERR_TLS_|^EPROTO$|^ETLS$/

/** Whether an error's code says that there was no connection at all. */
export function isNotConnected(code: string): boolean {
  return notConnected.includes(code)
}

/** A connection that failed with an error's code, told without the address: there may be a password in it. */
export function connectionFailure({ name, section }: Peer, code: string): DeliveryError {
  if (isNotConnected(code)) {
    return new DeliveryError(
      'DELIVERY_UNREACHABLE',
      `${name} can't be reached (${code}); check its address in ${section} and the way to it`,
    )
  }
  if (notSecured.test(code)) {
    return new DeliveryError(
      'DELIVERY_UNREACHABLE',
      `${name} has no TLS that can be trusted (${code}); check its address and ca_file in ${section}`,
    )
  }
  return new DeliveryError(
    'DELIVERY_UNANSWERED',
    `the connection to ${name} broke (${code === '' ? 'unknown' : code}); it may have been sent all the same`,
  )
}

/** Nothing came in time. */
export function noAnswer({ name }: Peer, limitMs: number): DeliveryError {
  return new DeliveryError(
    'DELIVERY_UNANSWERED',
    `${name} did not answer in ${limitMs / 1000} s; it may have been sent all the same`,
  )
}
