import { RadiusError } from './radius_error.ts'

/** Packet codes (RFC 2865 §3, RFC 2866 §3, RFC 5997 §2.1, RFC 7930 §4). */
export const Code = {
  AccessRequest: 1,
  AccessAccept: 2,
  AccessReject: 3,
  AccountingRequest: 4,
  AccountingResponse: 5,
  AccessChallenge: 11,
  StatusServer: 12,
  StatusClient: 13,
  ProtocolError: 52,
} as const

export const headerOctets = 20
export const longestPacket = 4096
export const authenticatorOctets = 16
export const longestAttributeValue = 253

/** More than any real client sends; a bound on the work that one datagram can cause. */
const mostAttributes = 200

/** An attribute as it travels, without its type and length octets (RFC 2865 §5). */
export interface Attribute {
  /** 1 to 255. */
  readonly type: number
  /** 0 to 253 octets. */
  readonly value: Uint8Array
}

/** A packet whose framing is right; nothing is said yet of who sent it, nor of its values. */
export interface Packet {
  readonly code: number
  readonly identifier: number
  /** 16 octets. */
  readonly authenticator: Uint8Array
  readonly attributes: readonly Attribute[]
  /** The octets that Length counts; what the datagram holds beyond them is padding (RFC 2865 §3). */
  readonly octets: Uint8Array
}

/**
 * Reads a datagram as a RADIUS packet (RFC 2865 §3, §5). The values are views of `datagram`.
 *
 * @throws {RadiusError} where RFC 2865 says that the packet is silently discarded.
 */
export function decodePacket(datagram: Uint8Array): Packet {
  if (datagram.length < headerOctets) {
    throw new RadiusError('RADIUS_TRUNCATED', `datagram has ${datagram.length} octets, expected 20`)
  }
  const length = ((datagram[2] ?? 0) << 8) | (datagram[3] ?? 0)
  if (length < headerOctets || length > longestPacket || length > datagram.length) {
    throw new RadiusError(
      'RADIUS_PACKET_LENGTH',
      `Length is ${length} of ${datagram.length} octets`,
    )
  }
  const octets = length === datagram.length ? datagram : datagram.subarray(0, length)
  return {
    code: octets[0] ?? 0,
    identifier: octets[1] ?? 0,
    authenticator: octets.subarray(4, headerOctets),
    attributes: decodeAttributes(octets),
    octets,
  }
}

function decodeAttributes(octets: Uint8Array): Attribute[] {
  const attributes: Attribute[] = []
  const end = octets.length
  for (let at = headerOctets; at < end; ) {
    const type = octets[at] ?? 0
    const length = octets[at + 1] ?? 0
    if (type === 0)
      throw new RadiusError('RADIUS_ATTRIBUTE_TYPE', `attribute type 0 at octet ${at}`)
    if (length < 2 || at + length > end) {
      throw new RadiusError('RADIUS_ATTRIBUTE_LENGTH', `attribute ${type} has length ${length}`)
    }
    if (attributes.length === mostAttributes) {
      throw new RadiusError('RADIUS_TOO_MANY_ATTRIBUTES', `more than ${mostAttributes} attributes`)
    }
    attributes.push({ type, value: octets.subarray(at + 2, at + length) })
    at += length
  }
  return attributes
}

/**
 * Lays out a packet (RFC 2865 §3).
 *
 * @throws {RadiusError} where a value is longer than 253 octets or the packet than 4096.
 */
export function encodePacket(
  code: number,
  identifier: number,
  authenticator: Uint8Array,
  attributes: readonly Attribute[],
): Uint8Array {
  let length = headerOctets
  for (const { type, value } of attributes) {
    if (value.length > longestAttributeValue) {
      throw new RadiusError(
        'RADIUS_ATTRIBUTE_LENGTH',
        `attribute ${type} has ${value.length} octets`,
      )
    }
    length += 2 + value.length
  }
  if (length > longestPacket) {
    throw new RadiusError('RADIUS_PACKET_LENGTH', `packet would have ${length} octets`)
  }
  const octets = new Uint8Array(length)
  octets[0] = code
  octets[1] = identifier
  octets[2] = length >> 8
  octets[3] = length
  octets.set(authenticator, 4)
  let at = headerOctets
  for (const { type, value } of attributes) {
    octets[at] = type
    octets[at + 1] = 2 + value.length
    octets.set(value, at + 2)
    at += 2 + value.length
  }
  return octets
}
