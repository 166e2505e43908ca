import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/** What retransmissions of one RADIUS request have in common (RFC 5080 §2.2.2). */
interface FingerprintedRequest {
  /** Address of the RADIUS client. */
  readonly source: string
  readonly identifier: number
  /** The Request Authenticator, 16 octets. */
  readonly authenticator: Uint8Array
  readonly username: string
}

/** `request_fingerprint` and `radius_source` are parameters of `auth` (capability of `check`). */
export const joinedSignIns = 'joined_sign_ins'

/**
 * Parameter beside `request_fingerprint`: milliseconds since the RADIUS request reached the proxy. Each
 * transmission of the call has its own, so that a slow way to the service does not change when it began.
 */
export const requestAge = 'request_age_ms'

/**
 * Parameter beside `request_age_ms`: milliseconds that the request may have waited before that, at most, because
 * the proxy could not run.
 */
export const requestUnread = 'request_unread_ms'

/** The longest time that both may say. No RADIUS client waits for this long. */
export const maxRequestAgeMs = 600_000

/** The value of either parameter; a longer time, such as after a pause of the machine, is sent as the longest. */
export function requestAgeText(milliseconds: number): string {
  return String(Math.min(maxRequestAgeMs, Math.max(0, Math.round(milliseconds))))
}

const keyLabel = 'countersign request_fingerprint 1'

export type FingerprintKey = KeyObject

/** Derives the key of fingerprints from the secret key of an application. */
export function fingerprintKey(skey: string): FingerprintKey {
  return createSecretKey(createHmac('sha256', skey).update(keyLabel).digest())
}

/** Lower-case hexadecimal digits of a fingerprint. */
export const fingerprintPattern = /^[0-9a-f]{64}$/

/**
 * Computes the fingerprint of a RADIUS request: HMAC-SHA-256 with a key derived from the secret key of the
 * application. Proxies with the same configuration compute the same one, so that the service recognises a
 * retransmission that reaches another proxy, or arrives after a restart. It covers no secret of the user.
 */
export function requestFingerprint(
  key: FingerprintKey,
  { source, identifier, authenticator, username }: FingerprintedRequest,
): string {
  // unambiguous: an address has no NUL, and the parts after it have a fixed length, except for the last
  return createHmac('sha256', key)
    .update(`${source}\0`)
    .update(Uint8Array.of(identifier))
    .update(authenticator)
    .update(username)
    .digest('hex')
}
