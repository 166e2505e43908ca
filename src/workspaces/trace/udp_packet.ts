import { isIPv6 } from 'node:net'

/** A UDP datagram with the addresses of both ends. */
export interface UdpDatagram {
  readonly source: { readonly address: string; readonly port: number }
  readonly target: { readonly address: string; readonly port: number }
  readonly payload: Uint8Array
}

const udp = 17
const hops = 64

/** Encodes a datagram as an IPv4 or IPv6 packet with valid checksums (RFC 791, RFC 8200, RFC 768). */
export function encodeUdpPacket({ source, target, payload }: UdpDatagram): Buffer {
  const length = 8 + payload.length
  const segment = Buffer.alloc(length)
  segment.writeUInt16BE(source.port, 0)
  segment.writeUInt16BE(target.port, 2)
  segment.writeUInt16BE(length, 4)
  segment.set(payload, 8)
  const from = encodeAddress(source.address)
  const to = encodeAddress(target.address)
  // the pseudo header has the same sum for both families as long as upper octets are zero
  const pseudo = Buffer.alloc(4)
  pseudo.writeUInt16BE(udp, 0)
  pseudo.writeUInt16BE(length, 2)
  segment.writeUInt16BE(checksum(from, to, pseudo, segment) || 0xffff, 6)
  const header = isIPv6(source.address)
    ? ipv6Header(from, to, length)
    : ipv4Header(from, to, length)
  return Buffer.concat([header, segment])
}

function ipv4Header(from: Buffer, to: Buffer, payloadLength: number): Buffer {
  const header = Buffer.alloc(20)
  header[0] = 0x45
  header.writeUInt16BE(20 + payloadLength, 2)
  header[8] = hops
  header[9] = udp
  header.set(from, 12)
  header.set(to, 16)
  header.writeUInt16BE(checksum(header), 10)
  return header
}

function ipv6Header(from: Buffer, to: Buffer, payloadLength: number): Buffer {
  const header = Buffer.alloc(40)
  header[0] = 0x60
  header.writeUInt16BE(payloadLength, 4)
  header[6] = udp
  header[7] = hops
  header.set(from, 8)
  header.set(to, 24)
  return header
}

/** The Internet checksum (RFC 1071) over parts; only the last may have an odd length. */
function checksum(...parts: readonly Uint8Array[]): number {
  let sum = 0
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) sum += ((part[at] ?? 0) << 8) | (part[at + 1] ?? 0)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** An address as 4 or 16 octets. */
export function encodeAddress(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('%', 1).join('').split('::')
  const words = (text: string): number[] =>
    text === ''
      ? []
      : text.split(':').flatMap((word) => {
          if (!word.includes('.')) return [Number.parseInt(word, 16)]
          const [a = 0, b = 0, c = 0, d = 0] = word.split('.').map(Number)
          return [(a << 8) | b, (c << 8) | d]
        })
  const first = words(head)
  const last = words(tail ?? '')
  const all = [
    ...first,
    ...Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0),
    ...last,
  ]
  const octets = Buffer.alloc(16)
  all.forEach((word, index) => {
    octets.writeUInt16BE(word, index * 2)
  })
  return octets
}
