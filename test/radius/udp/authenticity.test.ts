import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  type Attribute,
  decodePacket,
  encodePacket,
  replyMessages,
} from '../../../src/radius/index.ts'
import {
  type MessageAuthenticatorPolicy,
  RadiusClients,
} from '../../../src/radius/udp/radius_client.ts'
import { SignedSources, signedBeforeLatch } from '../../../src/radius/udp/signed_sources.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { octets } from '../../rig/octets.ts'
import { acceptBob, client, RadiusPeer, secret, startServer } from '../../rig/radius_peer.ts'
import { RecordingLog } from '../../rig/recording_log.ts'
import vectors from '../../vector/radius-vectors.json' with { type: 'json' }

type Signature = 'good' | 'bad' | 'none'

let sequence = 0

/** A request of bob with a unique Request Authenticator. */
function request(signature: Signature, ...more: Attribute[]): Uint8Array {
  const authenticator = Buffer.alloc(16)
  authenticator.writeUInt32BE(++sequence)
  const signed = signature !== 'none'
  const packet = encodePacket(1, sequence & 0x7f, authenticator, [
    { type: 1, value: Buffer.from('bob') },
    ...more,
    ...(signed ? [{ type: 80, value: new Uint8Array(16) }] : []),
  ])
  if (!signed) return packet
  const code = createHmac('md5', signature === 'good' ? secret : 'another')
    .update(packet)
    .digest()
  packet.set(code, packet.length - 16)
  return packet
}

const proxyState = { type: 33, value: Buffer.from('state') }
const eap = { type: 79, value: octets('0201000501') }
const password = { type: 2, value: new Uint8Array(16) }

describe('CVE-2024-3596, requests accepted by each policy', () => {
  type Row = readonly [Signature, 'plain' | 'proxy-state' | 'eap', string]
  const wrong = 'wrong-message-authenticator'
  const missing = 'unsigned-but-required'
  const common: readonly Row[] = [
    ['good', 'plain', 'answered'],
    ['good', 'proxy-state', 'answered'],
    ['good', 'eap', 'answered'],
    ['bad', 'plain', wrong],
    ['bad', 'proxy-state', wrong],
    ['bad', 'eap', wrong],
    ['none', 'eap', 'unsigned-eap'],
  ]
  const matrix: Readonly<Record<MessageAuthenticatorPolicy, readonly Row[]>> = {
    auto: [
      ['none', 'plain', 'answered'],
      ['none', 'proxy-state', 'unsigned-proxy-state'],
      ...common,
      ['none', 'plain', 'answered'],
    ],
    required: [['none', 'plain', missing], ['none', 'proxy-state', missing], ...common],
    off: [...common, ['none', 'plain', 'answered'], ['none', 'proxy-state', 'answered']],
  }
  const attributes = { plain: [], 'proxy-state': [proxyState], eap: [eap] }

  for (const addresses of ['127.0.0.1', '127.0.0.0/8']) {
    for (const policy of ['auto', 'required', 'off'] as const) {
      test(`${policy}, ${addresses}`, async () => {
        const server = await startServer({
          clients: [client({ addresses, messageAuthenticator: policy })],
        })
        const peer = await RadiusPeer.at(server)
        for (const [signature, kind, expected] of matrix[policy]) {
          const name = `${signature} ${kind}`
          const before = { ...server.counters.dropped }
          await peer.send(request(signature, ...attributes[kind]))
          const reply = await peer.silenceOrReply()
          const reasons = Object.entries(server.counters.dropped)
            .filter(
              ([reason, count]) =>
                count !== Object.entries(before).find(([key]) => key === reason)?.[1],
            )
            .map(([reason]) => reason)
          assert.deepEqual([name, reply === undefined ? reasons : ['answered']], [name, [expected]])
        }
        peer.close()
        await server.close()
      })
    }
  }

  test('distinguishes two Message-Authenticators, a short one and a wrong one', async () => {
    const log = new RecordingLog()
    const server = await startServer({ log })
    const peer = await RadiusPeer.at(server)
    const short = encodePacket(1, 99, Buffer.alloc(16, 1), [{ type: 80, value: octets('0102') }])
    await peer.send(request('good', { type: 80, value: new Uint8Array(16) }))
    await peer.send(short)
    await peer.send(request('bad'))
    assert.equal(await peer.silenceOrReply(), undefined)
    const { dropped } = server.counters
    assert.equal(dropped['repeated-message-authenticator'], 1)
    assert.equal(dropped['malformed-message-authenticator'], 1)
    assert.equal(dropped['wrong-message-authenticator'], 1)
    assert.equal(log.lines.filter((line) => line.includes('shared secret')).length, 1)
    peer.close()
    await server.close()
  })

  test('drops a signed EAP-Message with a password (RFC 3579 §3.3)', async () => {
    const server = await startServer()
    const peer = await RadiusPeer.at(server)
    await peer.send(request('good', eap, password))
    assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(server.counters.dropped['eap-with-password'], 1)
    peer.close()
    await server.close()
  })
})

describe('CVE-2024-3596, when auto begins to require a signature', () => {
  async function sendSigned(peer: RadiusPeer, count = signedBeforeLatch): Promise<void> {
    for (let sent = 0; sent < count; sent++) await peer.ask(request('good'))
  }

  test('accepts unsigned clients after one signed test from their address', async () => {
    const log = new RecordingLog()
    const server = await startServer({ log })
    const peer = await RadiusPeer.at(server)
    await peer.ask(request('good'))
    for (let round = 0; round < 2; round++) {
      await peer.ask(request('none'))
      await sendSigned(peer)
    }
    await peer.ask(request('none'))
    assert.deepEqual(server.latched, [])
    const warnings = log.lines.filter((line) => line.includes('with and without'))
    assert.equal(warnings.length, 1)
    peer.close()
    await server.close()
  })

  test('latches each address that only signs, and logs it', async () => {
    const log = new RecordingLog()
    const entry = client({ name: 'radius_ip_3' })
    const server = await startServer({ log, clients: [entry], clock: new ManualClock(5000) })
    const one = await RadiusPeer.at(server, { from: '127.0.0.2' })
    const other = await RadiusPeer.at(server, { from: '127.0.0.3' })
    await one.send(request('bad'))
    await one.ask(request('good', eap))
    await sendSigned(one, signedBeforeLatch - 1)
    assert.deepEqual(server.latched, [])
    await sendSigned(one, 1)
    const latch = { address: '127.0.0.2', client: 'radius_ip_3', since: 5000 }
    assert.deepEqual(server.latched, [latch])
    assert.equal(server.counters.latched, 1)
    assert(log.has('requests from there without it are dropped from now on'))
    await one.send(request('none'))
    await one.send(request('none', proxyState))
    assert.equal(await one.silenceOrReply(), undefined)
    assert.equal(server.counters.dropped['unsigned-after-signed'], 2)
    assert.match(
      log.lines.find((line) => line.includes('dropping packet from 127.0.0.2: no Mess')) ?? '',
      /always sent it before.*set message_authenticator_3 = off; SIGUSR2/,
    )
    await other.ask(request('none'))
    one.close()
    other.close()
    await server.close()
  })

  test('keeps a latch until an administrator clears it', async () => {
    const server = await startServer()
    const peer = await RadiusPeer.at(server)
    await sendSigned(peer)
    for (let sent = 0; sent < 50; sent++) await peer.send(request('none'))
    server.replaceClients(RadiusClients.of([client()]))
    await peer.send(request('none'))
    assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(server.clearLatches(), 1)
    assert.equal(server.counters.latched, 0)
    await peer.ask(request('none'))
    peer.close()
    await server.close()
  })

  test('counts retransmissions of a signed request once', async () => {
    const server = await startServer()
    const peer = await RadiusPeer.at(server)
    const packet = request('good')
    for (let sent = 0; sent < 2 * signedBeforeLatch; sent++) await peer.ask(packet)
    assert.deepEqual(server.latched, [])
    await peer.ask(request('none'))
    peer.close()
    await server.close()
  })

  test('keeps a latch during unsigned requests from many spoofed addresses', () => {
    const sources = new SignedSources()
    for (let sent = 0; sent < signedBeforeLatch; sent++) sources.addSigned('10.0.0.1', 'a', 0)
    for (let forged = 0; forged < 70_000; forged++) sources.addUnsigned(`address ${forged}`)
    assert.equal(sources.isLatched('10.0.0.1'), true)
  })

  test('evicts the oldest latch at the limit', () => {
    const sources = new SignedSources()
    for (let index = 0; index < 66_000; index++) {
      for (let sent = 0; sent < signedBeforeLatch; sent++) sources.addSigned(`${index}`, 'a', 0)
    }
    assert.equal(sources.isLatched('0'), false)
    assert.equal(sources.isLatched('65999'), true)
    assert.equal(sources.latched.length, 65_536)
  })
})

describe('RFC 3579 §2.6, EAP', () => {
  const cases = [
    ['a response', [octets('0217000501')], 0x17],
    ['a response in two attributes', [octets('02'), octets('18000501')], 0x18],
    ['EAP-Start, which has no Identifier', [new Uint8Array()], 0],
  ] as const
  for (const [name, fragments, identifier] of cases) {
    test(`${name}: Access-Reject with EAP-Failure and Message-Authenticator`, async () => {
      const server = await startServer({
        clients: [client({ messageAuthenticatorInReplies: false })],
        answer: async () => ({ code: 2, attributes: replyMessages('accepted by mistake') }),
      })
      const peer = await RadiusPeer.at(server, { signedReplies: false })
      const reply = decodePacket(
        await peer.ask(request('good', ...fragments.map((value) => ({ type: 79, value })))),
      )
      assert.equal(reply.code, 3)
      assert.deepEqual(
        reply.attributes.map(({ type }) => type),
        [80, 79],
      )
      assert.deepEqual([...(reply.first(79) ?? [])], [4, identifier, 0, 4])
      peer.close()
      await server.close()
    })
  }

  test('answers as much Proxy-State as fits with EAP-Failure, and drops more', async () => {
    const server = await startServer()
    const peer = await RadiusPeer.at(server)
    const room = 4096 - 38 - 6
    for (const [identifier, octetsOfStates] of [
      [1, room],
      [2, room + 1],
    ] as const) {
      const packet = encodePacket(1, identifier, Buffer.alloc(16, identifier), [
        { type: 79, value: new Uint8Array() },
        ...Array.from({ length: 15 }, () => ({ type: 33, value: new Uint8Array(253) })),
        { type: 33, value: new Uint8Array(octetsOfStates - 15 * 255 - 2) },
        { type: 80, value: new Uint8Array(16) },
      ])
      packet.set(createHmac('md5', secret).update(packet).digest(), packet.length - 16)
      await peer.send(packet)
    }
    const reply = await peer.silenceOrReply()
    assert.deepEqual([reply?.[1], reply?.length], [1, 4096])
    assert.equal(server.counters.dropped['proxy-state-too-long'], 1)
    peer.close()
    await server.close()
  })
})

describe('CVE-2024-3596, replies', () => {
  for (const name of [
    'access_request_ma_first',
    'access_request_ma_last',
    'request_proxy_state_with_ma (accept)',
  ] as const) {
    test(`${name}: Message-Authenticator first`, async () => {
      const server = await startServer()
      const peer = await RadiusPeer.at(server)
      const reply = await peer.ask(octets(vectors.packets[name]))
      assert.equal(reply[0], 2)
      assert.equal(reply[20], 80)
      peer.close()
      await server.close()
    })
  }

  test('omits Message-Authenticator for a client that drops such replies', async () => {
    const server = await startServer({
      clients: [client({ messageAuthenticatorInReplies: false })],
      answer: acceptBob,
    })
    const peer = await RadiusPeer.at(server, { signedReplies: false })
    const reply = await peer.ask(octets(vectors.packets.access_request_ma_first))
    assert.equal(reply.length, 20)
    peer.close()
    await server.close()
  })
})
