import { writeMd5 } from './md5.ts'
import { RadiusError } from './radius_error.ts'

const blockLength = 16
const maxHiddenLength = 128

/**
 * Reveals the password hidden in a User-Password attribute (RFC 2865 §5.2).
 *
 * @param hidden Attribute value: 16 to 128 octets, in whole blocks of 16.
 * @param secret Secret shared with the RADIUS client that sent the request.
 * @param authenticator Request Authenticator, 16 octets.
 * @returns The password's octets, without their zero padding.
 * @throws {RadiusError} `RADIUS_ATTRIBUTE_LENGTH` if `hidden` is not whole blocks.
 */
export function revealPassword(
  hidden: Uint8Array,
  secret: Uint8Array,
  authenticator: Uint8Array,
): Uint8Array {
  if (!isHiddenPasswordLength(hidden.length)) {
    throw new RadiusError('RADIUS_ATTRIBUTE_LENGTH', `User-Password has ${hidden.length} octets`)
  }
  const padded = new Uint8Array(hidden.length)
  for (let start = 0; start < hidden.length; start += blockLength) {
    const previous = start === 0 ? authenticator : hidden.subarray(start - blockLength, start)
    writeMd5(padded, start, secret, previous)
    exclusiveOr(padded, start, hidden)
  }
  let length = padded.length
  while (length > 0 && padded[length - 1] === 0) length--
  // a copy is cheaper than a view, for which V8 would have to move the octets out of its heap
  return padded.slice(0, length)
}

/**
 * Hides a password for a User-Password attribute (RFC 2865 §5.2).
 *
 * @param password 0 to 128 octets; trailing zero octets are lost.
 * @throws {RadiusError} `RADIUS_ATTRIBUTE_LENGTH` if the password is longer than 128 octets.
 */
export function hidePassword(
  password: Uint8Array,
  secret: Uint8Array,
  authenticator: Uint8Array,
): Uint8Array {
  if (password.length > maxHiddenLength) {
    throw new RadiusError('RADIUS_ATTRIBUTE_LENGTH', `a password has ${password.length} octets`)
  }
  const blocks = Math.max(1, Math.ceil(password.length / blockLength))
  const padded = new Uint8Array(blocks * blockLength)
  padded.set(password)
  const hidden = new Uint8Array(padded.length)
  for (let start = 0; start < padded.length; start += blockLength) {
    const previous = start === 0 ? authenticator : hidden.subarray(start - blockLength, start)
    writeMd5(hidden, start, secret, previous)
    exclusiveOr(hidden, start, padded)
  }
  return hidden
}

/** Whether a length is valid for a User-Password: 16 to 128 octets, in whole blocks of 16. */
export function isHiddenPasswordLength(octets: number): boolean {
  return octets > 0 && octets <= maxHiddenLength && octets % blockLength === 0
}

/** Combines a block of `octets` with the same block of `mask` by XOR. */
function exclusiveOr(octets: Uint8Array, start: number, mask: Uint8Array): void {
  for (let at = start; at < start + blockLength; at++) {
    octets[at] = (octets[at] ?? 0) ^ (mask[at] ?? 0)
  }
}
