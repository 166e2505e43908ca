import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { encodeAccessRequest, replyMessages, SharedSecret } from '../../../src/radius/index.ts'
import type { AccessRequest, Answer } from '../../../src/radius/udp/access_request.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { RadiusPeer, secret, startServer } from '../../rig/radius_peer.ts'

const shared = new SharedSecret(secret)

function request(
  identifier: number,
  authenticator: number,
  { key = shared, signed = true } = {},
): Uint8Array {
  return encodeAccessRequest(identifier, new Uint8Array(16).fill(authenticator), key, {
    username: 'bob',
    password: Buffer.from('hello'),
    messageAuthenticator: signed,
  })
}

/** Answers when the test calls `accept`; each answer has a different text. */
class Decider {
  readonly requests: { readonly request: AccessRequest; accept(): void }[] = []

  readonly answer = (received: AccessRequest): Promise<Answer> => {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const text = `answer ${this.requests.length}`
    const accept = (): void => resolve({ code: 2, attributes: replyMessages(text) })
    this.requests.push({ request: received, accept })
    return promise
  }
}

describe('RFC 5080 §2.2.2, retransmissions', () => {
  test('get one reply, after the request in progress is decided', async () => {
    const decider = new Decider()
    const server = await startServer({ answer: decider.answer })
    const peer = await RadiusPeer.at(server)
    for (let count = 0; count < 3; count++) await peer.send(request(1, 1))
    assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(decider.requests.length, 1)
    assert.equal(server.counters.duplicatesInProgress, 2)
    decider.requests[0]?.accept()
    await peer.reply()
    assert.equal(await peer.silenceOrReply(), undefined)
    peer.close()
    await server.close()
  })

  test('get the identical reply again, for 10 s', async () => {
    const clock = new ManualClock()
    const decider = new Decider()
    const server = await startServer({ clock, answer: decider.answer })
    const peer = await RadiusPeer.at(server)
    await peer.send(request(1, 1))
    await peer.silenceOrReply()
    decider.requests[0]?.accept()
    const first = await peer.reply()
    clock.advance(9_999)
    assert.deepEqual(await peer.ask(request(1, 1)), first)
    assert.deepEqual(await peer.ask(request(1, 1)), first)
    assert.equal(server.counters.duplicatesAnswered, 2)
    assert.equal(decider.requests.length, 1)
    clock.advance(1)
    await peer.send(request(1, 1))
    assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(decider.requests.length, 2)
    decider.requests[1]?.accept()
    assert.notDeepEqual(await peer.reply(), first)
    peer.close()
    await server.close()
  })

  test('does not send the late reply to a request whose Identifier was reused', async () => {
    const decider = new Decider()
    const server = await startServer({ answer: decider.answer })
    const peer = await RadiusPeer.at(server)
    await peer.send(request(1, 1))
    await peer.send(request(1, 2))
    assert.equal(await peer.silenceOrReply(), undefined)
    decider.requests[0]?.accept()
    assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(server.counters.superseded, 1)
    decider.requests[1]?.accept()
    const reply = await peer.reply()
    assert(reply.includes('answer 1'))
    assert.deepEqual(await peer.ask(request(1, 2)), reply)
    peer.close()
    await server.close()
  })

  test('a wrong Message-Authenticator neither supersedes a request nor gets its reply', async () => {
    const decider = new Decider()
    const server = await startServer({ answer: decider.answer })
    const peer = await RadiusPeer.at(server)
    const forger = new SharedSecret('another secret')
    await peer.send(request(1, 1))
    await peer.send(request(1, 1, { key: forger }))
    await peer.send(request(1, 2, { key: forger }))
    assert.equal(await peer.silenceOrReply(), undefined)
    decider.requests[0]?.accept()
    await peer.reply()
    await peer.send(request(1, 1, { key: forger }))
    await peer.send(request(1, 2, { key: forger }))
    assert.equal(await peer.silenceOrReply(), undefined)
    await peer.ask(request(1, 1))
    assert.equal(decider.requests.length, 1)
    assert.equal(server.counters.dropped['wrong-message-authenticator'], 4)
    peer.close()
    await server.close()
  })

  test('a spoofed unsigned request does not supersede a signed one in progress', async () => {
    const decider = new Decider()
    const server = await startServer({ answer: decider.answer })
    const peer = await RadiusPeer.at(server)
    await peer.send(request(1, 1))
    // same source address, source port and Identifier, like a spoofed packet
    await peer.send(request(1, 2, { signed: false }))
    assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(decider.requests.length, 1)
    assert.equal(server.counters.dropped['unsigned-conflict'], 1)
    decider.requests[0]?.accept()
    assert((await peer.reply()).includes('answer 0'))
    assert.equal(server.counters.superseded, 0)
    peer.close()
    await server.close()
  })

  test('treats the same octets from another port or address as another login', async () => {
    const decider = new Decider()
    const server = await startServer({ answer: decider.answer })
    const peers = [
      await RadiusPeer.at(server),
      await RadiusPeer.at(server),
      await RadiusPeer.at(server, { from: '127.0.0.2' }),
    ]
    for (const peer of peers) await peer.send(request(1, 1))
    for (const peer of peers) assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(decider.requests.length, 3)
    for (const { accept } of decider.requests) accept()
    for (const peer of peers) {
      await peer.reply()
      peer.close()
    }
    await server.close()
  })

  test('decides each login of a burst with retransmissions once', async () => {
    const decider = new Decider()
    const server = await startServer({ answer: decider.answer })
    const peer = await RadiusPeer.at(server)
    for (let round = 0; round < 3; round++) {
      for (let id = 0; id < 100; id++) await peer.send(request(id, id))
    }
    assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(decider.requests.length, 100)
    assert.equal(server.counters.duplicatesInProgress, 200)
    for (const { accept } of decider.requests) accept()
    const identifiers = new Set<number | undefined>()
    for (let count = 0; count < 100; count++) identifiers.add((await peer.reply())[1])
    assert.equal(identifiers.size, 100)
    peer.close()
    await server.close()
  })
})
