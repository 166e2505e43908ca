import assert from 'node:assert/strict'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import {
  encodeAccessRequest,
  encodePacket,
  encodeReply,
  encodeStatusServer,
  md5,
  Packet,
  SharedSecret,
} from '../../../src/radius/index.ts'
import { exchange } from '../../../src/radius/udp/exchange.ts'
import { recommendedTimers, waits } from '../../../src/radius/udp/retransmission.ts'
import { secret, startServer } from '../../rig/radius_peer.ts'

const shared = new SharedSecret(secret)

function bob(password = 'hello', key = shared) {
  return (identifier: number, authenticator: Uint8Array): Uint8Array =>
    encodeAccessRequest(identifier, authenticator, key, {
      username: 'bob',
      password: Buffer.from(password),
    })
}

/** A server that handles each datagram with a function of the test. */
async function stub(
  receive: (socket: Socket, datagram: Buffer, from: RemoteInfo, count: number) => void,
): Promise<{ readonly port: number; readonly received: Buffer[]; close(): void }> {
  const socket = createSocket('udp4')
  const received: Buffer[] = []
  socket.on('message', (datagram, from) => {
    received.push(datagram)
    receive(socket, datagram, from, received.length)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { port: socket.address().port, received, close: () => socket.close() }
}

function answerTo(datagram: Buffer, code: number, messageAuthenticator = true): Uint8Array {
  return encodeReply(code, [], new Packet(datagram), shared, { messageAuthenticator })
}

describe('a RADIUS client', () => {
  test('sends from the given local address', async () => {
    const from: string[] = []
    const server = await startServer({
      answer: async ({ peer, password }) => {
        from.push(peer.address)
        const right = Buffer.from(password ?? []).toString() === 'hello'
        return { code: right ? 2 : 3, attributes: [] }
      },
    })
    const { port } = server.address
    const options = { host: '127.0.0.1', port, secret: shared } as const
    assert.equal((await exchange(bob(), options))?.code, 2)
    const elsewhere = {
      ...options,
      localAddress: '127.0.0.5',
      messageAuthenticator: 'required',
    } as const
    assert.equal((await exchange(bob('wrong'), elsewhere))?.code, 3)
    assert.deepEqual(from, ['127.0.0.1', '127.0.0.5'])
    const status = await exchange(
      (identifier, authenticator) => encodeStatusServer(identifier, authenticator, shared),
      options,
    )
    assert.equal(status?.code, 2)
    await server.close()
  })

  test('fails at once if nothing listens', async () => {
    const gone = await stub(() => {})
    gone.close()
    await assert.rejects(exchange(bob(), { host: '127.0.0.1', port: gone.port, secret: shared }), {
      code: 'ECONNREFUSED',
    })
  })

  test('retransmits the same octets, and accepts the reply to any of them', async () => {
    const server = await stub((socket, datagram, from, count) => {
      if (count === 3) socket.send(answerTo(datagram, 2), from.port, from.address)
    })
    const reply = await exchange(bob(), {
      host: '127.0.0.1',
      port: server.port,
      secret: shared,
      timers: { initialMs: 5 },
    })
    assert.equal(reply?.code, 2)
    assert.equal(server.received.length, 3)
    assert.deepEqual(server.received[0], server.received[2])
    server.close()
  })

  test('gives up after the last transmission', async () => {
    const server = await stub(() => {})
    const reply = await exchange(bob(), {
      host: '127.0.0.1',
      port: server.port,
      secret: shared,
      timers: { initialMs: 5, maxTransmissions: 2 },
    })
    assert.equal(reply, undefined)
    assert.equal(server.received.length, 2)
    server.close()
  })
})

describe('CVE-2024-3596, a man in the middle', () => {
  test('ignores altered replies, and accepts the authentic one', async () => {
    const server = await stub((socket, datagram, from) => {
      const reject = answerTo(datagram, 3)
      const accepted = Uint8Array.from(reject)
      accepted[0] = 2
      const other = new SharedSecret('another secret')
      const forgeries = [
        accepted,
        encodeReply(2, [], new Packet(datagram), other, { messageAuthenticator: true }),
        withoutMessageAuthenticator(datagram),
        answerTo(datagram, 2).subarray(0, 30),
        new Uint8Array(0),
        Uint8Array.from([...answerTo(datagram, 2).subarray(0, 1), 1]),
      ]
      for (const each of [...forgeries, reject]) socket.send(each, from.port, from.address)
    })
    const reply = await exchange(bob(), {
      host: '127.0.0.1',
      port: server.port,
      secret: shared,
      messageAuthenticator: 'required',
    })
    assert.equal(reply?.code, 3)
    server.close()
  })

  test('ignores a reply with another Identifier', async () => {
    const server = await stub((socket, datagram, from) => {
      const request = new Packet(datagram)
      const other = { identifier: request.identifier ^ 1, authenticator: request.authenticator }
      const stray = encodeReply(2, [], other, shared, { messageAuthenticator: true })
      for (const each of [stray, answerTo(datagram, 3)]) socket.send(each, from.port, from.address)
    })
    const reply = await exchange(bob(), { host: '127.0.0.1', port: server.port, secret: shared })
    assert.equal(reply?.code, 3)
    server.close()
  })
})

/** A reply as from an MD5 collision: with a valid Response Authenticator and nothing else. */
function withoutMessageAuthenticator(datagram: Buffer): Uint8Array {
  const request = new Packet(datagram)
  const reply = encodePacket(2, request.identifier, request.authenticator, [])
  reply.set(md5(reply, shared.octets), 4)
  return reply
}

describe('RFC 5080 §2.2.1, retransmission timers', () => {
  const middle = () => 0.5

  test('waits 2 s, then twice as long each time, up to 16 s, for five transmissions in 30 s', () => {
    assert.deepEqual([...waits(recommendedTimers, middle)], [2_000, 4_000, 8_000, 16_000])
    assert.deepEqual(
      [...waits({ ...recommendedTimers, maxDurationMs: 0 }, middle)],
      [2_000, 4_000, 8_000, 16_000, 16_000],
    )
    assert.deepEqual(
      [...waits({ ...recommendedTimers, maxDurationMs: 10_000 }, middle)],
      [2_000, 4_000, 4_000],
    )
  })

  test('varies waits by a tenth, within the remaining time', () => {
    for (const random of [() => 0, () => 1, Math.random]) {
      const all = [...waits({ ...recommendedTimers, maxTransmissions: 0 }, random)]
      const [first = 0] = all
      assert(first >= 1_800 && first <= 2_200)
      assert(all.reduce((sum, wait) => sum + wait) <= 30_000)
    }
  })
})
