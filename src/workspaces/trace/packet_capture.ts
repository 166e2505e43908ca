import { encodeUdpPacket, type UdpDatagram } from './udp_packet.ts'

const magic = 0xa1b2c3d4
const maxPacketOctets = 65_535
/** LINKTYPE_RAW: each packet begins with its IPv4 or IPv6 header. */
const linkTypeRaw = 101
const defaultMaxOctets = 64 * 1024 * 1024

/**
 * The RADIUS datagrams that controllers sent and received, as a pcap file (libpcap's classic format). Passwords in it
 * are hidden as in RFC 2865; anyone who has the shared secret can reveal them.
 */
export class PacketCapture {
  readonly #maxOctets: number
  #records: Buffer[] = []
  #octets = 0

  /** @param maxOctets The oldest packets are dropped when there are more. */
  constructor(maxOctets = defaultMaxOctets) {
    this.#maxOctets = maxOctets
  }

  add(atMs: number, datagram: UdpDatagram): void {
    const packet = encodeUdpPacket(datagram)
    const header = Buffer.alloc(16)
    const seconds = Math.floor(atMs / 1000)
    header.writeUInt32LE(seconds, 0)
    header.writeUInt32LE(Math.min(999_999, Math.floor((atMs - seconds * 1000) * 1000)), 4)
    header.writeUInt32LE(packet.length, 8)
    header.writeUInt32LE(packet.length, 12)
    this.#records.push(Buffer.concat([header, packet]))
    this.#octets += 16 + packet.length
    if (this.#octets > this.#maxOctets) this.#drop()
  }

  toPcap(): Buffer {
    const header = Buffer.alloc(24)
    header.writeUInt32LE(magic, 0)
    header.writeUInt16LE(2, 4)
    header.writeUInt16LE(4, 6)
    header.writeUInt32LE(maxPacketOctets, 16)
    header.writeUInt32LE(linkTypeRaw, 20)
    return Buffer.concat([header, ...this.#records])
  }

  /** Drops a quarter at once, because removing from the front moves all that follow. */
  #drop(): void {
    const kept = this.#records.slice(Math.ceil(this.#records.length / 4))
    this.#records = kept
    this.#octets = kept.reduce((sum, { length }) => sum + length, 0)
  }
}
