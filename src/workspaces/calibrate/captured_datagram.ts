import type { Endpoint } from '../directory/source_port.ts'
import type { CapturedPacket } from './capture_file.ts'

/** A UDP datagram of a capture. */
export interface CapturedDatagram {
  readonly atMs: number
  readonly source: Endpoint
  readonly target: Endpoint
  readonly payload: Buffer
}

const linkTypes = {
  null: 0,
  ethernet: 1,
  raw: 101,
  loop: 108,
  cooked: 113,
  ipv4: 228,
  ipv6: 229,
  cooked2: 276,
}
const ipv4 = 0x0800
const ipv6 = 0x86dd
const vlanTags: readonly number[] = [0x8100, 0x88a8, 0x9100]
const udp = 17

/** Finds the UDP datagram in a packet. @returns `undefined` for anything else, for fragments, and for cut-off packets. */
export function findDatagram({
  atMs,
  linkType,
  octets,
}: CapturedPacket): CapturedDatagram | undefined {
  const packet = unwrapLink(linkType, octets)
  if (packet === undefined || packet.length < 20) return undefined
  const version = packet.readUInt8(0) >> 4
  const found = version === 4 ? readIpv4(packet) : version === 6 ? readIpv6(packet) : undefined
  if (found === undefined || found.segment.length < 8) return undefined
  const { segment, from, to } = found
  const length = segment.readUInt16BE(4)
  if (length < 8 || length > segment.length) return undefined
  return {
    atMs,
    source: { address: from, port: segment.readUInt16BE(0) },
    target: { address: to, port: segment.readUInt16BE(2) },
    payload: segment.subarray(8, length),
  }
}

/** Removes the header of the link: Ethernet with VLAN tags, Linux cooked capture, BSD loopback, or none. */
function unwrapLink(linkType: number, octets: Buffer): Buffer | undefined {
  switch (linkType) {
    case linkTypes.raw:
    case linkTypes.ipv4:
    case linkTypes.ipv6:
      return octets
    case linkTypes.null:
    case linkTypes.loop:
      return octets.subarray(4)
    case linkTypes.ethernet:
      return unwrapEtherType(octets, 12)
    case linkTypes.cooked:
      return unwrapEtherType(octets, 14)
    case linkTypes.cooked2:
      return octets.length < 20 ? undefined : ifIp(octets.readUInt16BE(0), octets.subarray(20))
    default:
      return undefined
  }
}

/** @param at Where the EtherType is. */
function unwrapEtherType(octets: Buffer, at: number): Buffer | undefined {
  let place = at
  while (place + 2 <= octets.length && vlanTags.includes(octets.readUInt16BE(place))) place += 4
  if (place + 2 > octets.length) return undefined
  return ifIp(octets.readUInt16BE(place), octets.subarray(place + 2))
}

/** @returns The packet if its EtherType is IPv4 or IPv6. */
function ifIp(etherType: number, packet: Buffer): Buffer | undefined {
  return etherType === ipv4 || etherType === ipv6 ? packet : undefined
}

interface Segment {
  readonly segment: Buffer
  readonly from: string
  readonly to: string
}

function readIpv4(packet: Buffer): Segment | undefined {
  const headerLength = (packet.readUInt8(0) & 0x0f) * 4
  const isFragment = (packet.readUInt16BE(6) & 0x3fff) !== 0
  if (headerLength < 20 || isFragment || packet.readUInt8(9) !== udp) return undefined
  return {
    segment: packet.subarray(headerLength, packet.readUInt16BE(2)),
    from: packet.subarray(12, 16).join('.'),
    to: packet.subarray(16, 20).join('.'),
  }
}

/** Extension headers that can precede UDP: hop-by-hop options, routing, destination options. */
const extensionHeaders: readonly number[] = [0, 43, 60]

function readIpv6(packet: Buffer): Segment | undefined {
  if (packet.length < 40) return undefined
  let next = packet.readUInt8(6)
  let at = 40
  while (extensionHeaders.includes(next) && at + 8 <= packet.length) {
    next = packet.readUInt8(at)
    at += (packet.readUInt8(at + 1) + 1) * 8
  }
  if (next !== udp) return undefined
  return {
    segment: packet.subarray(at),
    from: formatIpv6(packet.subarray(8, 24)),
    to: formatIpv6(packet.subarray(24, 40)),
  }
}

/** The canonical text of an address (RFC 5952), which `URL` writes. */
function formatIpv6(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    octets.readUInt16BE(index * 2).toString(16),
  )
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
