import type { RadiusErrorCode } from './radius_error.ts'

export const headerOctets = 20
export const maxPacketLength = 4096
export const authenticatorOctets = 16
export const maxAttributeValueLength = 253

/** More than any real client sends; limits the work that a datagram can cause. */
const maxAttributes = 200

/**
 * Finds what is wrong with the framing of a datagram (RFC 2865 §3, §5), which must then be discarded.
 * The problem is a value, because throwing for every invalid datagram would be expensive.
 *
 * @returns `undefined` if the header is complete, Length fits and the attributes fill it exactly.
 */
export function framingProblem(datagram: Uint8Array): RadiusErrorCode | undefined {
  if (datagram.length < headerOctets) return 'RADIUS_TRUNCATED'
  const end = lengthField(datagram)
  if (end < headerOctets || end > maxPacketLength || end > datagram.length) {
    return 'RADIUS_PACKET_LENGTH'
  }
  let attributes = 0
  for (let at = headerOctets; at < end; attributes++) {
    const length = at + 1 < end ? (datagram[at + 1] ?? 0) : 0
    if (length < 2 || at + length > end) return 'RADIUS_ATTRIBUTE_LENGTH'
    if (datagram[at] === 0) return 'RADIUS_ATTRIBUTE_TYPE'
    at += length
  }
  return attributes > maxAttributes ? 'RADIUS_TOO_MANY_ATTRIBUTES' : undefined
}

/** The Length field (RFC 2865 §3); octets beyond it are padding. */
export function lengthField(packet: Uint8Array): number {
  return ((packet[2] ?? 0) << 8) | (packet[3] ?? 0)
}
