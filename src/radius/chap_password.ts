import { md5 } from './md5.ts'
import { RadiusError } from './radius_error.ts'

export const chapPasswordOctets = 17

/** The content of a CHAP-Password attribute (RFC 2865 §5.3). */
export interface ChapPassword {
  readonly identifier: number
  /** 16 octets: MD5 of identifier, password and challenge. */
  readonly response: Uint8Array
}

/**
 * Decodes a CHAP-Password attribute (RFC 2865 §5.3).
 *
 * @throws {RadiusError} `RADIUS_ATTRIBUTE_LENGTH` unless `value` has 17 octets.
 */
export function decodeChapPassword(value: Uint8Array): ChapPassword {
  if (value.length !== chapPasswordOctets) {
    throw new RadiusError('RADIUS_ATTRIBUTE_LENGTH', `CHAP-Password has ${value.length} octets`)
  }
  return { identifier: value[0] ?? 0, response: value.subarray(1) }
}

/**
 * Computes the response of a user with this password (RFC 1994 §4.1).
 *
 * @param challenge CHAP-Challenge if the request has one, else the Request Authenticator (RFC 2865 §2.2).
 * @returns 16 octets.
 */
export function chapResponse(
  identifier: number,
  password: Uint8Array,
  challenge: Uint8Array,
): Uint8Array {
  const known = new Uint8Array(1 + password.length)
  known[0] = identifier
  known.set(password, 1)
  return md5(known, challenge)
}
