import { Code, decodePacket, type Packet, RadiusError, Type } from '../../radius/index.ts'
import type { Endpoint } from '../directory/source_port.ts'
import type { CapturedPacket } from './capture_file.ts'
import { findDatagram } from './captured_datagram.ts'

/** A reply to a captured request. */
export interface CapturedReply {
  readonly atMs: number
  readonly packet: Packet
}

/** An Access-Request of a capture, and the replies to it. */
export interface CapturedRequest {
  readonly atMs: number
  readonly source: Endpoint
  readonly server: Endpoint
  readonly userName: string
  readonly packet: Packet
  readonly replies: readonly CapturedReply[]
}

/** Identical datagrams within this time are copies that the network made, or that the capture saw twice. */
const copyMs = 100
const replyCodes: readonly number[] = [Code.AccessAccept, Code.AccessReject, Code.AccessChallenge]

/**
 * Finds the Access-Requests of a capture in their order, each with its replies. A reply belongs to the latest request
 * with its ports and Identifier; whether it is authentic cannot be said without the shared secret.
 */
export function findRequests(packets: readonly CapturedPacket[]): CapturedRequest[] {
  const found: (CapturedRequest & { readonly replies: CapturedReply[] })[] = []
  const latest = new Map<string, (typeof found)[number]>()
  for (const captured of packets) {
    const datagram = findDatagram(captured)
    const packet = datagram === undefined ? undefined : decodeQuietly(datagram.payload)
    if (datagram === undefined || packet === undefined) continue
    const { atMs, source, target } = datagram
    if (packet.code === Code.AccessRequest) {
      const key = keyOf(source, target, packet)
      const before = latest.get(key)
      const isSame =
        before !== undefined && Buffer.compare(before.packet.octets, packet.octets) === 0
      if (isSame && atMs - before.atMs < copyMs) continue
      const userName = Buffer.from(packet.first(Type.UserName) ?? []).toString()
      const request = { atMs, source, server: target, userName, packet, replies: [] }
      found.push(request)
      latest.set(key, request)
    } else if (replyCodes.includes(packet.code)) {
      latest.get(keyOf(target, source, packet))?.replies.push({ atMs, packet })
    }
  }
  return found
}

function keyOf(client: Endpoint, server: Endpoint, { identifier }: Packet): string {
  return `${client.address} ${client.port} ${server.address} ${server.port} ${identifier}`
}

function decodeQuietly(payload: Buffer): Packet | undefined {
  try {
    return decodePacket(payload)
  } catch (error) {
    if (error instanceof RadiusError) return undefined
    throw error
  }
}
