/** A packet of a capture, as the interface saw it. */
export interface CapturedPacket {
  /** Milliseconds since 1970, with fractions. */
  readonly atMs: number
  /** `LINKTYPE_…` of the interface. */
  readonly linkType: number
  readonly octets: Buffer
}

/** Thrown if a file is not a capture, or is cut off; the message says where. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError'
}

const pcapMicroseconds = 0xa1b2c3d4
const pcapNanoseconds = 0xa1b23c4d
const sectionHeader = 0x0a0d0d0a
const byteOrderMagic = 0x1a2b3c4d

/** Reads a capture: pcap in both byte orders, with micro- or nanoseconds, or pcapng. @throws {CaptureError} */
export function readCapture(file: Buffer): CapturedPacket[] {
  if (file.length < 24) throw new CaptureError('the file is too short for a capture')
  if (file.readUInt32BE(0) === sectionHeader) return readPcapng(file)
  for (const isLittle of [true, false]) {
    const magic = isLittle ? file.readUInt32LE(0) : file.readUInt32BE(0)
    if (magic === pcapMicroseconds) return readPcap(file, isLittle, 1e3)
    if (magic === pcapNanoseconds) return readPcap(file, isLittle, 1e6)
  }
  throw new CaptureError('the file is neither pcap nor pcapng')
}

/** @param perMs Units of the fraction of a second in a millisecond. */
function readPcap(file: Buffer, isLittle: boolean, perMs: number): CapturedPacket[] {
  const u32 = (at: number): number => (isLittle ? file.readUInt32LE(at) : file.readUInt32BE(at))
  // the upper bits hold the length of a frame check sequence
  const linkType = u32(20) & 0xffff
  const packets: CapturedPacket[] = []
  for (let at = 24; at < file.length; ) {
    // a capture that was interrupted ends within a packet
    if (at + 16 > file.length) break
    const length = u32(at + 8)
    const octets = file.subarray(at + 16, at + 16 + length)
    if (octets.length < length) break
    packets.push({ atMs: u32(at) * 1000 + u32(at + 4) / perMs, linkType, octets })
    at += 16 + length
  }
  return packets
}

interface CaptureInterface {
  readonly linkType: number
  /** Units of a time stamp in a millisecond. */
  readonly perMs: number
}

const interfaceBlock = 1
const simplePacketBlock = 3
const enhancedPacketBlock = 6

/** Reads pcapng: section headers, interfaces, and enhanced or simple packet blocks. */
function readPcapng(file: Buffer): CapturedPacket[] {
  const packets: CapturedPacket[] = []
  let interfaces: CaptureInterface[] = []
  let isLittle = true
  for (let at = 0; at + 12 <= file.length; ) {
    if (file.readUInt32BE(at) === sectionHeader) {
      isLittle = file.readUInt32LE(at + 8) === byteOrderMagic
      interfaces = []
    }
    const u16 = (place: number): number =>
      isLittle ? file.readUInt16LE(place) : file.readUInt16BE(place)
    const u32 = (place: number): number =>
      isLittle ? file.readUInt32LE(place) : file.readUInt32BE(place)
    const length = u32(at + 4)
    if (length < 12 || length % 4 !== 0) {
      throw new CaptureError(`the block at octet ${at} has the length ${length}`)
    }
    if (at + length > file.length) break
    const body = at + 8
    switch (u32(at)) {
      case interfaceBlock:
        interfaces.push({
          linkType: u16(body),
          perMs: readResolution(file.subarray(body + 8, at + length - 4), isLittle),
        })
        break
      case enhancedPacketBlock: {
        const { linkType, perMs } = interfaces[u32(body)] ?? { linkType: 1, perMs: 1000 }
        const atMs = (u32(body + 4) * 2 ** 32 + u32(body + 8)) / perMs
        const octets = file.subarray(body + 20, body + 20 + u32(body + 12))
        packets.push({ atMs, linkType, octets })
        break
      }
      case simplePacketBlock: {
        const octets = file.subarray(body + 4, at + length - 4)
        packets.push({ atMs: 0, linkType: interfaces[0]?.linkType ?? 1, octets })
        break
      }
    }
    at += length
  }
  return packets
}

const resolutionOption = 9

/** The option `if_tsresol` of an interface; microseconds if it is absent. */
function readResolution(options: Buffer, isLittle: boolean): number {
  for (let at = 0; at + 4 <= options.length; ) {
    const code = isLittle ? options.readUInt16LE(at) : options.readUInt16BE(at)
    const length = isLittle ? options.readUInt16LE(at + 2) : options.readUInt16BE(at + 2)
    if (code === 0) break
    if (code === resolutionOption && length === 1) {
      const value = options.readUInt8(at + 4)
      const perSecond = (value & 0x80) === 0 ? 10 ** value : 2 ** (value & 0x7f)
      return perSecond / 1000
    }
    at += 4 + Math.ceil(length / 4) * 4
  }
  return 1000
}
