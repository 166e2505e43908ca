import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { AccessRequest } from '../../../src/radius/udp/access_request.ts'
import type { RadiusServer } from '../../../src/radius/udp/server.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { octets } from '../../rig/octets.ts'
import { acceptBob, client, RadiusPeer, secret, startServer } from '../../rig/radius_peer.ts'
import { RecordingLog } from '../../rig/recording_log.ts'
import vectors from '../../vector/radius-vectors.json' with { type: 'json' }

const validPackets = [
  vectors.packets.access_request_ma_first,
  vectors.packets.access_request_ma_last,
  vectors.packets['request_proxy_state_with_ma (accept)'],
  vectors.packets['request_proxy_state_no_ma (BlastRADIUS shape; drop when limitProxyState)'],
  vectors.packets.status_server,
  vectors.chap.packet_challenge_attr,
  ...vectors.invalid.map(({ hex }) => hex),
].map(octets)

/** One change to a packet, as by a broken client or an attacker's tool. */
const mutation = fc.record({
  packet: fc.constantFrom(...validPackets),
  kind: fc.constantFrom('flip', 'cut', 'extend', 'insert', 'delete', 'length', 'double'),
  at: fc.nat(4096),
  octets: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  /** Whether to correct Length and sign the packet again after the change. */
  repaired: fc.boolean(),
})

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never

function mutate({ packet, kind, at, octets: more, repaired }: Mutation): Uint8Array {
  const place = at % Math.max(1, packet.length)
  const before = packet.subarray(0, place)
  const from = packet.subarray(place)
  const first = more[0] ?? 0
  const changed = {
    flip: () => packet.map((octet, index) => (index === place ? octet ^ first : octet)),
    cut: () => before,
    extend: () => [...packet, ...more],
    insert: () => [...before, ...more, ...from],
    delete: () => [...before, ...from.subarray(more.length)],
    length: () => packet.map((octet, index) => (index === 3 ? first : octet)),
    double: () => [...packet, ...packet.subarray(20)],
  }[kind]()
  const datagram = Uint8Array.from(changed)
  return repaired ? repair(datagram) : datagram
}

/** Signs the packet as a client with the secret would, as far as possible. */
function repair(datagram: Uint8Array): Uint8Array {
  if (datagram.length < 20 || datagram.length > 4096) return datagram
  datagram.set([datagram.length >> 8, datagram.length & 0xff], 2)
  for (let at = 20; at + 18 <= datagram.length; at += Math.max(2, datagram[at + 1] ?? 0)) {
    if (datagram[at] !== 80 || datagram[at + 1] !== 18) continue
    datagram.fill(0, at + 2, at + 18)
    datagram.set(createHmac('md5', secret).update(datagram).digest(), at + 2)
  }
  return datagram
}

describe('random datagrams never stop the server', () => {
  const clock = new ManualClock()
  const log = new RecordingLog()
  let server: RadiusServer
  let peer: RadiusPeer

  before(async () => {
    server = await startServer({
      clock,
      log,
      clients: [client({ messageAuthenticator: 'off' })],
      answer: (request) => {
        readEverything(request)
        return acceptBob(request)
      },
    })
    peer = await RadiusPeer.at(server)
  })

  after(async () => {
    peer.close()
    await server.close()
  })

  /** The peer checks that each reply is signed for one of its requests, Message-Authenticator first. */
  async function assertSurvives(datagram: Uint8Array): Promise<void> {
    clock.advance(10_000)
    const seen = countAll(server)
    await peer.send(datagram)
    const reply = await peer.silenceOrReply()
    assert.equal(countAll(server), seen + 2)
    if (reply !== undefined) assert([2, 3].includes(reply[0] ?? 0))
    assert.equal(server.counters.failures, 0)
    assert.equal(server.pending, 0)
    assert.deepEqual(
      log.lines.filter((line) => line.startsWith('error')),
      [],
    )
  }

  test('that contain random octets', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), assertSurvives), {
      numRuns: 300,
    })
  })

  test('that are a valid packet with one change', async () => {
    await fc.assert(
      fc.asyncProperty(mutation, (change) => assertSurvives(mutate(change))),
      { numRuns: 1500 },
    )
  })

  test('answers the next request', async () => {
    clock.advance(10_000)
    const reply = await peer.ask(octets(vectors.packets.access_request_ma_first))
    assert.equal(reply[0], 2)
    // about one change in five passes the first checks
    assert(server.counters.accessRequests > 150)
  })
})

/** Sums the datagrams of all counters. */
function countAll({ counters }: RadiusServer): number {
  const dropped = Object.values(counters.dropped).reduce((sum, count) => sum + count, 0)
  const { accessRequests, statusServers, duplicatesAnswered, duplicatesInProgress } = counters
  return dropped + accessRequests + statusServers + duplicatesAnswered + duplicatesInProgress
}

function readEverything(request: AccessRequest): void {
  for (const { type } of request.attributes) {
    request.text(type)
    request.value(type)
  }
  for (const name of ['NAS-IP-Address', 'NAS-Port', 'Tunnel-Client-Endpoint', 'Cisco-AVPair']) {
    request.named(name)
  }
  assert.equal(request.password === undefined, request.passwordProblem !== undefined)
}
