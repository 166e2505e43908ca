import { md5 } from './md5.ts'
import { RadiusError } from './radius_error.ts'

const saltOctets = 2
const blockOctets = 16

/**
 * Hides a value as in Tunnel-Password and the MPPE keys (RFC 2868 §3.5, RFC 2548 §2.4.2).
 *
 * @param value 0 to 239 octets.
 * @param salt 2 octets, the first at least 0x80; unique in a packet.
 * @param requestAuthenticator Of the request, also for a value in the reply.
 * @returns The salt and the hidden blocks. Tunnel-Password has a tag before them.
 * @throws {RadiusError} `RADIUS_ATTRIBUTE_LENGTH` if the value is too long for an attribute.
 */
export function hideSalted(
  value: Uint8Array,
  salt: Uint8Array,
  secret: Uint8Array,
  requestAuthenticator: Uint8Array,
): Uint8Array {
  const blocks = Math.ceil((1 + value.length) / blockOctets)
  if (blocks * blockOctets > 240) {
    throw new RadiusError('RADIUS_ATTRIBUTE_LENGTH', `a value to hide has ${value.length} octets`)
  }
  const plain = new Uint8Array(blocks * blockOctets)
  plain[0] = value.length
  plain.set(value, 1)
  const hidden = new Uint8Array(saltOctets + plain.length)
  hidden.set(salt)
  let previous = concat(requestAuthenticator, salt)
  for (let start = 0; start < plain.length; start += blockOctets) {
    const pad = md5(secret, previous)
    previous = plain
      .subarray(start, start + blockOctets)
      .map((octet, index) => octet ^ (pad[index] ?? 0))
    hidden.set(previous, saltOctets + start)
  }
  return hidden
}

/**
 * Reveals a value that `hideSalted` hid. The padding may have any content.
 *
 * @param hidden Salt and blocks, without a tag.
 * @throws {RadiusError} `RADIUS_ATTRIBUTE_LENGTH` if it is not whole blocks, or is shorter than its own length field says.
 */
export function revealSalted(
  hidden: Uint8Array,
  secret: Uint8Array,
  requestAuthenticator: Uint8Array,
): Uint8Array {
  const length = hidden.length - saltOctets
  if (length < blockOctets || length % blockOctets !== 0) {
    throw new RadiusError('RADIUS_ATTRIBUTE_LENGTH', `a salted value has ${hidden.length} octets`)
  }
  const plain = new Uint8Array(length)
  let previous = concat(requestAuthenticator, hidden.subarray(0, saltOctets))
  for (let start = 0; start < length; start += blockOctets) {
    const pad = md5(secret, previous)
    const block = hidden.subarray(saltOctets + start, saltOctets + start + blockOctets)
    plain.set(
      block.map((octet, index) => octet ^ (pad[index] ?? 0)),
      start,
    )
    previous = block
  }
  const size = plain[0] ?? 0
  if (size > length - 1) {
    throw new RadiusError('RADIUS_ATTRIBUTE_LENGTH', `a salted value claims ${size} octets`)
  }
  return plain.subarray(1, 1 + size)
}

function concat(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}
