import {
  authenticatorOctets,
  framingProblem,
  headerOctets,
  lengthField,
  maxAttributeValueLength,
  maxPacketLength,
} from './framing.ts'
import { RadiusError, type RadiusErrorCode } from './radius_error.ts'

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

/** An attribute: its type and its encoded value (RFC 2865 §5). */
export interface Attribute {
  /** 1 to 255. */
  readonly type: number
  /** 0 to 253 octets. */
  readonly value: Uint8Array
}

/**
 * A packet with valid framing; its sender and its values are not verified. Values are views of the
 * datagram, created on demand.
 */
export class Packet {
  /** The octets that Length counts, without padding (RFC 2865 §3). */
  readonly octets: Uint8Array
  /** Request Authenticator or Response Authenticator, 16 octets. */
  readonly authenticator: Uint8Array
  #attributes: readonly Attribute[] | undefined

  /** @param octets A datagram without a `framingProblem`. */
  constructor(octets: Uint8Array) {
    const length = lengthField(octets)
    this.octets = length === octets.length ? octets : octets.subarray(0, length)
    this.authenticator = octets.subarray(headerOctets - authenticatorOctets, headerOctets)
  }

  get code(): number {
    return this.octets[0] ?? 0
  }

  get identifier(): number {
    return this.octets[1] ?? 0
  }

  /** All attributes, in their order. */
  get attributes(): readonly Attribute[] {
    this.#attributes ??= this.#readAttributes()
    return this.#attributes
  }

  has(type: number): boolean {
    return this.#find(type) !== undefined
  }

  /** The value of the first attribute of that type. */
  first(type: number): Uint8Array | undefined {
    const at = this.#find(type)
    return at === undefined
      ? undefined
      : this.octets.subarray(at + 2, at + (this.octets[at + 1] ?? 0))
  }

  /** The values of all attributes of that type, in their order. */
  all(type: number): readonly Uint8Array[] {
    const { octets } = this
    const values: Uint8Array[] = []
    for (let at = headerOctets; at < octets.length; ) {
      const end = at + (octets[at + 1] ?? octets.length)
      if (octets[at] === type) values.push(octets.subarray(at + 2, end))
      at = end
    }
    return values
  }

  #find(type: number): number | undefined {
    const { octets } = this
    for (let at = headerOctets; at < octets.length; at += octets[at + 1] ?? octets.length) {
      if (octets[at] === type) return at
    }
    return undefined
  }

  #readAttributes(): Attribute[] {
    const { octets } = this
    const attributes: Attribute[] = []
    for (let at = headerOctets; at < octets.length; ) {
      const end = at + (octets[at + 1] ?? octets.length)
      attributes.push({ type: octets[at] ?? 0, value: octets.subarray(at + 2, end) })
      at = end
    }
    return attributes
  }
}

const malformations: Partial<Record<RadiusErrorCode, string>> = {
  RADIUS_TRUNCATED: 'the datagram is shorter than a header of 20 octets',
  RADIUS_PACKET_LENGTH: 'Length is not from 20 to 4096, or more than the datagram holds',
  RADIUS_ATTRIBUTE_TYPE: 'an attribute has type 0',
  RADIUS_ATTRIBUTE_LENGTH: 'an attribute is shorter than 2 octets or runs past the end',
  RADIUS_TOO_MANY_ATTRIBUTES: 'there are more than 200 attributes',
}

/**
 * Decodes a datagram as a RADIUS packet (RFC 2865 §3, §5).
 *
 * @throws {RadiusError} if RFC 2865 requires to discard the packet silently.
 */
export function decodePacket(datagram: Uint8Array): Packet {
  const problem = framingProblem(datagram)
  if (problem !== undefined) throw new RadiusError(problem, malformations[problem] ?? problem)
  return new Packet(datagram)
}

/**
 * Encodes a packet (RFC 2865 §3).
 *
 * @throws {RadiusError} if a value is longer than 253 octets or the packet than 4096.
 */
export function encodePacket(
  code: number,
  identifier: number,
  authenticator: Uint8Array,
  attributes: readonly Attribute[],
): Uint8Array {
  let length = headerOctets
  for (const { type, value } of attributes) {
    if (value.length > maxAttributeValueLength) {
      throw new RadiusError(
        'RADIUS_ATTRIBUTE_LENGTH',
        `attribute ${type} has ${value.length} octets`,
      )
    }
    length += 2 + value.length
  }
  if (length > maxPacketLength) {
    throw new RadiusError('RADIUS_PACKET_LENGTH', `packet would have ${length} octets`)
  }
  // from Node's pool, because a new typed array would cost more than the rest of this function
  const octets = Buffer.allocUnsafe(length)
  octets[0] = code
  octets[1] = identifier
  octets[2] = length >> 8
  octets[3] = length
  octets.set(authenticator, headerOctets - authenticatorOctets)
  let at = headerOctets
  for (const { type, value } of attributes) {
    octets[at] = type
    octets[at + 1] = 2 + value.length
    octets.set(value, at + 2)
    at += 2 + value.length
  }
  return octets
}
