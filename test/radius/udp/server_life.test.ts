import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import {
  type Attribute,
  Code,
  encodeAccessRequest,
  SharedSecret,
} from '../../../src/radius/index.ts'
import type { ListenPlace } from '../../../src/radius/udp/listen_place.ts'
import { RadiusClients } from '../../../src/radius/udp/radius_client.ts'
import { raiseReceiveBuffer } from '../../../src/radius/udp/receive_buffer.ts'
import { RadiusServer } from '../../../src/radius/udp/server.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { octets } from '../../rig/octets.ts'
import { client, RadiusPeer, secret, startServer, statusServer } from '../../rig/radius_peer.ts'
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

async function findFreePlace(): Promise<ListenPlace> {
  const server = await startServer()
  const { place } = server
  await server.close()
  return place
}

describe('the socket', () => {
  test('fails with the system’s error code for a port in use or a foreign address', async () => {
    const server = await startServer()
    const { port } = server.address
    await assert.rejects(startServer({ place: { address: '127.0.0.1', port } }), {
      code: 'EADDRINUSE',
    })
    await assert.rejects(startServer({ address: '192.0.2.1' }), { code: 'EADDRNOTAVAIL' })
    await server.close()
    const next = await startServer({ place: { address: '127.0.0.1', port } })
    assert.equal(next.address.port, port)
    await next.close()
  })

  test('listens on IPv6, with another server on the same IPv4 port', async () => {
    const server = await startServer({
      address: '::1',
      clients: [client({ addresses: '::1/128' })],
    })
    const { port } = server.address
    const beside = await startServer({ place: { address: '127.0.0.1', port } })
    const peer = await RadiusPeer.at(server, { from: '::1' })
    assert.equal((await peer.ask(request))[0], 2)
    assert.equal(server.address.address, '::1')
    peer.close()
    await server.close()
    await beside.close()
  })

  test('listens on all IPv4 addresses by default', async () => {
    const server = await startServer({ place: { address: undefined, port: 0 } })
    assert.equal(server.address.address, '0.0.0.0')
    const peer = await RadiusPeer.at(server)
    assert.equal((await peer.ask(request))[0], 2)
    peer.close()
    await server.close()
  })

  test('warns about a small receive buffer, with the command to run', () => {
    const log = new RecordingLog()
    const socket = (got: number) => ({ setRecvBufferSize: () => {}, getRecvBufferSize: () => got })
    raiseReceiveBuffer(socket(8_388_608), 8_388_608, log)
    assert.deepEqual(log.lines, [])
    raiseReceiveBuffer(socket(425_984), 8_388_608, log)
    assert.equal(log.lines.length, 1)
    assert(log.has('sysctl -w net.core.rmem_max=8388608'))
    const broken = () => {
      throw new Error('no such socket')
    }
    raiseReceiveBuffer({ ...socket(1), setRecvBufferSize: broken }, 8_388_608, log)
    assert(log.has('could not be raised'))
  })
})

describe('new clients', () => {
  test('apply to the next request; one in progress is answered with the old secret', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const server = await startServer({
      answer: async () => {
        await promise
        return rejectAll()
      },
    })
    const peer = await RadiusPeer.at(server)
    await peer.send(request)
    await peer.ask(statusServer(1))
    const changed = client({ addresses: '127.0.0.1', secret: new Secret('another secret') })
    server.replaceClients(RadiusClients.of([client(), changed]))
    resolve()
    assert.equal((await peer.reply())[1], 7)
    await peer.send(requestWith(8))
    const other = await RadiusPeer.at(server, { from: '127.0.0.2' })
    assert.equal((await other.ask(requestWith(8)))[1], 8)
    assert.equal(server.counters.dropped['wrong-message-authenticator'], 1)
    other.close()
    peer.close()
    await server.close()
  })
})

describe('moving to another address of the same port', () => {
  test('keeps requests in progress, and detects their retransmissions at the new address', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let asked = 0
    const server = await startServer({
      place: { address: undefined, port: 0 },
      answer: async () => {
        asked++
        await promise
        return rejectAll()
      },
    })
    const peer = await RadiusPeer.at(server)
    await peer.send(request)
    await peer.ask(statusServer(1))
    const { port } = server.address
    await server.release()
    await server.listen({ address: '127.0.0.1', port })
    assert.deepEqual(server.address, { address: '127.0.0.1', port })
    await peer.send(request)
    assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(server.counters.duplicatesInProgress, 1)
    resolve()
    assert.equal((await peer.reply())[1], 7)
    assert.equal(asked, 1)
    peer.close()
    await server.close()
  })

  test('remembers a reply that is due while it has no socket', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const server = await startServer({
      answer: async () => {
        await promise
        return rejectAll()
      },
    })
    const peer = await RadiusPeer.at(server)
    await peer.send(request)
    await peer.ask(statusServer(1))
    const { port } = server.address
    await server.release()
    resolve()
    await new Promise((next) => setImmediate(next))
    assert.equal(server.pending, 0)
    await server.listen({ address: '127.0.0.1', port })
    assert.equal((await peer.ask(request))[1], 7)
    assert.equal(server.counters.duplicatesAnswered, 1)
    peer.close()
    await server.close()
  })
})

describe('closing', () => {
  test('answers a login in progress, and accepts no new one', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const server = await startServer({
      answer: async () => {
        await promise
        return rejectAll()
      },
    })
    const peer = await RadiusPeer.at(server)
    await peer.send(request)
    await peer.ask(statusServer(1))
    assert.equal(server.pending, 1)
    const closed = server.close()
    await peer.send(requestWith(8))
    resolve()
    assert.equal((await peer.reply())[1], 7)
    await Promise.all([closed, server.close()])
    assert.equal(server.pending, 0)
    assert.equal(server.counters.accessRequests, 1)
    peer.close()
  })

  test('waits a bounded time, and ignores a later answer', async () => {
    const log = new RecordingLog()
    const { promise, resolve } = Promise.withResolvers<void>()
    const server = await startServer({
      log,
      closeDelaySecs: 0.01,
      answer: async () => {
        await promise
        return rejectAll()
      },
    })
    const peer = await RadiusPeer.at(server)
    await peer.send(request)
    await peer.ask(statusServer(1))
    await server.close()
    resolve()
    await new Promise((next) => setImmediate(next))
    assert.equal(server.pending, 0)
    assert.deepEqual(
      log.lines.filter((line) => line.startsWith('error')),
      [],
    )
    peer.close()
  })

  test('leaves no socket open if it comes while the socket is bound', async () => {
    const place = await findFreePlace()
    const server = new RadiusServer({
      place,
      clients: RadiusClients.of([client()]),
      answer: rejectAll,
      log: new RecordingLog(),
      clock: new ManualClock(),
    })
    const listening = assert.rejects(server.listen(), /closed before it listened/)
    await server.close()
    await listening
    await (await startServer({ place })).close()
  })

  test('closes a server that never listened', async () => {
    const server = new RadiusServer({
      place: { address: '127.0.0.1', port: 0 },
      clients: RadiusClients.of([]),
      answer: rejectAll,
      log: new RecordingLog(),
      clock: new ManualClock(),
    })
    await server.close()
    await assert.rejects(server.listen())
  })
})

describe('overload', () => {
  test('rejects requests beyond the limit at once, and accepts requests again later', async () => {
    const answers: (() => void)[] = []
    const server = await startServer({
      maxPending: 4,
      answer: async () => {
        const { promise, resolve } = Promise.withResolvers<void>()
        answers.push(resolve)
        await promise
        return rejectAll()
      },
    })
    const peer = await RadiusPeer.at(server)
    for (const identifier of [1, 2, 3]) await peer.send(requestWith(identifier))
    const [code, identifier] = await peer.reply()
    assert.deepEqual([code, identifier], [Code.AccessReject, 3])
    assert.equal(server.counters.overload, 1)
    for (const answer of answers) answer()
    await peer.reply()
    await peer.reply()
    await peer.send(requestWith(3))
    assert.equal(await peer.silenceOrReply(), undefined)
    answers[2]?.()
    assert.equal((await peer.reply())[1], 3)
    peer.close()
    await server.close()
  })
})
