import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Attribute,
  Code,
  decodePacket,
  encodeAccessRequest,
  replyMessages,
  SharedSecret,
  Type,
} from '../../../src/radius/index.ts'
import type { AccessRequest } from '../../../src/radius/udp/access_request.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { octets } from '../../rig/octets.ts'
import {
  acceptBob,
  client,
  RadiusPeer,
  secret,
  startServer,
  statusServer,
} from '../../rig/radius_peer.ts'
import { RecordingLog } from '../../rig/recording_log.ts'
import vectors from '../../vector/radius-vectors.json' with { type: 'json' }

const request = octets(vectors.packets.access_request_ma_first)
const shared = new SharedSecret(secret)
const rejectAll = async () => ({ code: Code.AccessReject, attributes: [] })

function requestWith(identifier: number, ...attributes: Attribute[]): Uint8Array {
  const authenticator = Uint8Array.from({ length: 16 }, (_, index) => identifier + index)
  return encodeAccessRequest(identifier, authenticator, shared, {
    username: 'bob',
    password: Buffer.from('hello'),
    attributes,
  })
}

describe('RFC 2865 §4, the reply to an Access-Request', () => {
  test('has the attributes of the decision, then all Proxy-States in order', async () => {
    const server = await startServer({
      answer: async () => ({ code: 2, attributes: replyMessages('welcome') }),
    })
    const peer = await RadiusPeer.at(server)
    const states = ['one', 'two', 'one'].map((text) => ({ type: 33, value: Buffer.from(text) }))
    const [first, second, third] = states
    assert(first && second && third)
    const other = { type: Type.NasIdentifier, value: Buffer.from('nas') }
    const reply = decodePacket(await peer.ask(requestWith(1, first, other, second, third)))
    assert.deepEqual(
      reply.attributes.map(({ type, value }) => [type, Buffer.from(value).toString()]).slice(1),
      [
        [18, 'welcome'],
        [33, 'one'],
        [33, 'two'],
        [33, 'one'],
      ],
    )
    peer.close()
    await server.close()
  })

  test('depends on the attributes of the request', async () => {
    const requests: AccessRequest[] = []
    const server = await startServer({
      answer: (received) => {
        requests.push(received)
        return rejectAll()
      },
    })
    const peer = await RadiusPeer.at(server)
    const station = { type: Type.CallingStationId, value: Buffer.from('192.0.2.7') }
    await peer.ask(requestWith(9, station))
    const [received] = requests
    assert(received !== undefined)
    assert.equal(received.identifier, 9)
    assert.equal(received.client.name, 'appliance')
    assert.equal(received.peer.address, '127.0.0.1')
    assert.equal(received.username, 'bob')
    assert.equal(received.text(Type.UserName), 'bob')
    assert.equal(received.text(Type.NasIdentifier), undefined)
    assert.equal(received.named('calling-station-id'), '192.0.2.7')
    assert.equal(received.named('no such attribute'), undefined)
    assert.deepEqual(Buffer.from(received.password ?? []), Buffer.from('hello'))
    assert.deepEqual(Buffer.from(received.value(Type.CallingStationId) ?? []), station.value)
    assert.deepEqual(
      received.attributes.map(({ type }) => type),
      [80, 1, 2, 31],
    )
    peer.close()
    await server.close()
  })

  test('verifies long requests, and signs long replies', async () => {
    const server = await startServer({
      clients: [client({ messageAuthenticator: 'required' })],
      answer: async () => ({ code: 2, attributes: replyMessages('y'.repeat(3000)) }),
    })
    const peer = await RadiusPeer.at(server)
    for (let octetsMore = 100; octetsMore < 2000; octetsMore += 97) {
      const many = Array.from({ length: octetsMore / 50 }, () => ({
        type: Type.Class,
        value: new Uint8Array(48),
      }))
      const reply = await peer.ask(requestWith(octetsMore % 251, ...many))
      assert(reply.length > 3000)
    }
    peer.close()
    await server.close()
  })

  test('rejects a request whose decision fails, and logs an error', async () => {
    const log = new RecordingLog()
    const server = await startServer({
      log,
      answer: ({ identifier }) => {
        if (identifier === 1) throw new Error('thrown at once')
        return Promise.reject(new Error('rejected later'))
      },
    })
    const peer = await RadiusPeer.at(server)
    assert.equal((await peer.ask(requestWith(1)))[0], 3)
    assert.equal((await peer.ask(requestWith(2)))[0], 3)
    assert.equal(server.counters.failures, 2)
    assert(log.has('error') && log.has('thrown at once') && log.has('rejected later'))
    peer.close()
    await server.close()
  })

  test('rejects, with its Proxy-State, a request whose reply does not fit into a packet', async () => {
    const server = await startServer({
      log: new RecordingLog(),
      answer: async ({ identifier }) => ({
        code: 2,
        attributes:
          identifier === 1
            ? replyMessages('x'.repeat(5000))
            : [{ type: 18, value: new Uint8Array(254) }],
      }),
    })
    const peer = await RadiusPeer.at(server)
    for (const identifier of [1, 2]) {
      const reply = await peer.ask(requestWith(identifier, { type: 33, value: octets('01') }))
      assert.equal(reply[0], 3)
      assert.deepEqual(reply.subarray(38), Buffer.from([33, 3, 1]))
    }
    peer.close()
    await server.close()
  })

  test('drops a request with more Proxy-State than fits into a reply, undecided', async () => {
    let decisions = 0
    const server = await startServer({
      clients: [client({ messageAuthenticator: 'off' })],
      answer: () => {
        decisions++
        return rejectAll()
      },
    })
    const peer = await RadiusPeer.at(server)
    const states = [...Array.from({ length: 15 }, () => 253), 231]
    const request = (last: number): Uint8Array =>
      encodeAccessRequest(3, new Uint8Array(16), shared, {
        messageAuthenticator: false,
        attributes: [...states, last].map((length) => ({
          type: 33,
          value: new Uint8Array(length),
        })),
      })
    await peer.send(request(0))
    assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(server.counters.dropped['proxy-state-too-long'], 1)
    assert.equal(decisions, 0)
    states.pop()
    const reply = await peer.ask(request(231))
    assert.equal(reply.length, 4096)
    peer.close()
    await server.close()
  })
})

describe('RFC 2865 §3, a datagram of an unknown client', () => {
  test('is dropped, counted, and logged at a limited rate', async () => {
    const clock = new ManualClock()
    const log = new RecordingLog()
    const server = await startServer({ clock, log, clients: [client({ addresses: '127.0.0.1' })] })
    const stranger = await RadiusPeer.at(server, { from: '127.0.0.9' })
    const known = await RadiusPeer.at(server)
    for (let count = 0; count < 20; count++) await stranger.send(request)
    assert.equal((await known.ask(request))[0], 2)
    const lines = (): string[] => log.lines.filter((line) => line.includes('Unknown Client'))
    assert.equal(server.counters.dropped['unknown-client'], 20)
    assert.equal(lines().length, 5)
    assert(lines()[0]?.startsWith('warn dropping packet from 127.0.0.9: Unknown Client'))
    clock.advance(10_000)
    await stranger.send(request)
    await known.ask(requestWith(1))
    assert.equal(lines().length, 6)
    assert(lines()[5]?.includes('suppressed: 15'))
    stranger.close()
    known.close()
    await server.close()
  })

  test('logs neither secrets nor passwords', async () => {
    const log = new RecordingLog()
    const server = await startServer({
      log,
      answer: async (received) => {
        log.info('access-request', { client: received.client, identifier: received.identifier })
        throw new Error('no')
      },
    })
    const peer = await RadiusPeer.at(server)
    await peer.ask(request)
    assert(log.lines.length >= 2)
    assert(!log.has(secret) && !log.has('hello'))
    peer.close()
    await server.close()
  })
})

describe('interface = ::', () => {
  test('serves IPv4 and IPv6 clients by their own addresses', async () => {
    const peers: string[] = []
    const log = new RecordingLog()
    const server = await startServer({
      log,
      address: '::',
      clients: [client(), client({ addresses: '::1' })],
      answer: async (request) => {
        peers.push(request.peer.address)
        return acceptBob(request)
      },
    })
    for (const [index, from] of ['127.0.0.1', '127.0.0.2', '::1'].entries()) {
      const peer = await RadiusPeer.at(server, { from })
      const reply = await peer.ask(requestWith(index + 1))
      assert.equal(reply[1], index + 1)
      peer.close()
    }
    assert.deepEqual(peers, ['127.0.0.1', '127.0.0.2', '::1'])
    assert.equal(server.counters.dropped['unknown-client'], 0)
    await server.close()
  })

  test('serves only IPv6 on another IPv6 address', async () => {
    const server = await startServer({ address: '::1', clients: [client({ addresses: '::1' })] })
    const peer = await RadiusPeer.at(server, { from: '::1' })
    assert.equal((await peer.ask(requestWith(1)))[1], 1)
    peer.close()
    await server.close()
  })
})

describe('RFC 5997, Status-Server', () => {
  test('is answered with Access-Accept if it is signed', async () => {
    const server = await startServer({ clients: [client({ messageAuthenticator: 'off' })] })
    const peer = await RadiusPeer.at(server)
    assert.equal((await peer.ask(octets(vectors.packets.status_server)))[0], 2)
    await peer.send(statusServer(1, 'another secret'))
    await peer.send(statusServer(1).subarray(0, 20))
    const unsigned = statusServer(1).subarray(0, 20)
    unsigned[3] = 20
    await peer.send(unsigned)
    assert.equal(await peer.silenceOrReply(), undefined)
    const { dropped } = server.counters
    assert.equal(dropped['wrong-message-authenticator'], 1)
    assert.equal(dropped['unsigned-status-server'], 1)
    assert.equal(dropped.malformed, 1)
    peer.close()
    await server.close()
  })

  test('does not supersede a login in progress', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let decisions = 0
    const server = await startServer({
      answer: async () => {
        decisions++
        await promise
        return rejectAll()
      },
    })
    const peer = await RadiusPeer.at(server)
    await peer.send(request)
    assert.equal((await peer.ask(statusServer(7)))[0], 2)
    await peer.send(request)
    assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(server.counters.duplicatesInProgress, 1)
    resolve()
    assert.equal((await peer.reply())[0], 3)
    assert.equal(decisions, 1)
    peer.close()
    await server.close()
  })

  test('is rate-limited per client', async () => {
    const clock = new ManualClock()
    const server = await startServer({
      clock,
      clients: ['127.0.0.1', '127.0.0.2'].map((addresses) => client({ addresses })),
    })
    const one = await RadiusPeer.at(server)
    const other = await RadiusPeer.at(server, { from: '127.0.0.2' })
    for (let count = 0; count < 60; count++) await one.send(statusServer(count))
    assert.equal((await other.ask(statusServer(0)))[0], 2)
    assert.equal(server.counters.dropped['status-server-rate'], 10)
    clock.advance(1000)
    for (let count = 0; count < 50; count++) await one.reply()
    assert.equal((await one.ask(statusServer(70)))[1], 70)
    one.close()
    other.close()
    await server.close()
  })
})
