import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CaptureError, readCapture } from '../../../src/workspaces/calibrate/capture_file.ts'
import { findDatagram } from '../../../src/workspaces/calibrate/captured_datagram.ts'
import { PacketCapture } from '../../../src/workspaces/trace/packet_capture.ts'
import { encodeUdpPacket, type UdpDatagram } from '../../../src/workspaces/trace/udp_packet.ts'

const ipv4: UdpDatagram = {
  source: { address: '127.0.0.11', port: 40_000 },
  target: { address: '10.0.0.5', port: 1812 },
  payload: Buffer.from('odd'),
}
const ipv6: UdpDatagram = {
  source: { address: 'fd00::11', port: 40_000 },
  target: { address: '::1', port: 1812 },
  payload: Buffer.from('even'),
}
const atMs = 1_795_977_052_167.25

/** A capture of one packet in the classic format. */
function pcap(linkType: number, packet: Buffer, { isBig = false, isNano = false } = {}): Buffer {
  const file = Buffer.alloc(40)
  const u32 = (value: number, at: number) =>
    isBig ? file.writeUInt32BE(value, at) : file.writeUInt32LE(value, at)
  u32(isNano ? 0xa1b23c4d : 0xa1b2c3d4, 0)
  u32(linkType, 20)
  u32(Math.floor(atMs / 1000), 24)
  u32(Math.round((atMs % 1000) * (isNano ? 1e6 : 1e3)), 28)
  u32(packet.length, 32)
  u32(packet.length, 36)
  return Buffer.concat([file, packet])
}

function block(type: number, body: Buffer): Buffer {
  const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(padded.length + 12)
  const head = Buffer.alloc(4)
  head.writeUInt32LE(type)
  return Buffer.concat([head, length, padded, length])
}

/** A capture of one packet in the next generation's format; an interface with nanoseconds if asked for. */
function pcapng(linkType: number, packet: Buffer, isNano: boolean): Buffer {
  const section = Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex')
  const link = Buffer.alloc(8)
  link.writeUInt16LE(linkType)
  const resolution = isNano ? Buffer.from('090001000900000000000000', 'hex') : Buffer.alloc(0)
  const units = BigInt(Math.round(atMs * 1000)) * (isNano ? 1000n : 1n)
  const head = Buffer.alloc(20)
  head.writeUInt32LE(Number(units >> 32n), 4)
  head.writeUInt32LE(Number(units & 0xffff_ffffn), 8)
  head.writeUInt32LE(packet.length, 12)
  head.writeUInt32LE(packet.length, 16)
  return Buffer.concat([
    block(0x0a0d0d0a, section),
    block(1, Buffer.concat([link, resolution])),
    block(6, Buffer.concat([head, packet])),
  ])
}

function read(file: Buffer): unknown {
  const [packet] = readCapture(file)
  assert(packet !== undefined)
  const found = findDatagram(packet)
  assert(found !== undefined)
  assert.equal(Math.round(found.atMs), Math.round(atMs))
  return { source: found.source, target: found.target, payload: found.payload.toString() }
}

function plain({ source, target, payload }: UdpDatagram): unknown {
  return { source, target, payload: Buffer.from(payload).toString() }
}

describe('captures that are read', () => {
  const packet = encodeUdpPacket(ipv4)
  const macs = Buffer.alloc(12)
  const links: readonly (readonly [string, number, Buffer])[] = [
    ['raw', 101, Buffer.alloc(0)],
    ['Ethernet', 1, Buffer.concat([macs, Buffer.from('0800', 'hex')])],
    ['Ethernet with a VLAN', 1, Buffer.concat([macs, Buffer.from('810000070800', 'hex')])],
    ['Ethernet, QinQ', 1, Buffer.concat([macs, Buffer.from('88a80007810000080800', 'hex')])],
    ['Linux cooked', 113, Buffer.concat([Buffer.alloc(14), Buffer.from('0800', 'hex')])],
    ['Linux cooked 2', 276, Buffer.concat([Buffer.from('0800', 'hex'), Buffer.alloc(18)])],
    ['BSD loopback', 0, Buffer.from('02000000', 'hex')],
  ]
  for (const [name, linkType, header] of links) {
    test(`pcap, ${name}`, () => {
      assert.deepEqual(read(pcap(linkType, Buffer.concat([header, packet]))), plain(ipv4))
    })
  }
  for (const isBig of [false, true]) {
    for (const isNano of [false, true]) {
      test(`pcap, big-endian ${isBig}, nanoseconds ${isNano}`, () => {
        assert.deepEqual(read(pcap(101, packet, { isBig, isNano })), plain(ipv4))
      })
    }
  }
  for (const isNano of [false, true]) {
    test(`pcapng, nanoseconds ${isNano}`, () => {
      assert.deepEqual(read(pcapng(101, packet, isNano)), plain(ipv4))
    })
  }
  test('IPv6', () => {
    assert.deepEqual(read(pcap(101, encodeUdpPacket(ipv6))), plain(ipv6))
  })
})

describe('files that are no captures', () => {
  test('are refused', () => {
    assert.throws(() => readCapture(Buffer.alloc(10)), CaptureError)
    assert.throws(() => readCapture(Buffer.alloc(100)), CaptureError)
    const bad = pcapng(101, encodeUdpPacket(ipv4), false)
    bad.writeUInt32LE(3, 4)
    assert.throws(() => readCapture(bad), CaptureError)
  })

  test('a capture that was interrupted gives the packets before', () => {
    const whole = pcap(101, encodeUdpPacket(ipv4))
    assert.deepEqual(readCapture(whole.subarray(0, -1)), [])
  })

  test('packets that are no UDP, are fragments, or are cut off are skipped', () => {
    const tcp = encodeUdpPacket(ipv4)
    tcp[9] = 6
    const fragment = encodeUdpPacket(ipv4)
    fragment[6] = 0x20
    const cut = encodeUdpPacket(ipv4).subarray(0, 30)
    for (const octets of [tcp, fragment, cut, Buffer.alloc(5)]) {
      assert.equal(findDatagram({ atMs: 0, linkType: 101, octets }), undefined)
    }
  })
})

describe('the capture of the simulator', () => {
  test('has valid checksums, and keeps within its limit', () => {
    const packet = encodeUdpPacket(ipv4)
    let sum = 0
    for (let at = 0; at < 20; at += 2) sum += packet.readUInt16BE(at)
    assert.equal((sum & 0xffff) + (sum >>> 16), 0xffff)
    const capture = new PacketCapture(1000)
    for (let count = 0; count < 100; count++) capture.add(atMs + count, ipv4)
    const packets = readCapture(capture.toPcap())
    assert(packets.length > 5 && packets.length < 30)
    assert.equal(Math.round(packets.at(-1)?.atMs ?? 0), Math.round(atMs + 99))
  })
})
