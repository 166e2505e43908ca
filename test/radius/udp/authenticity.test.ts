import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { type Attribute, decodePacket, encodePacket } from '../../../src/radius/index.ts'
import { Authenticity } from '../../../src/radius/udp/authenticity.ts'
import {
  type MessageAuthenticatorPolicy,
  RadiusClients,
} from '../../../src/radius/udp/radius_client.ts'
import { octets } from '../../rig/octets.ts'
import { acceptBob, client, RadiusPeer, secret, startServer } from '../../rig/radius_peer.ts'
import vectors from '../../vector/radius-vectors.json' with { type: 'json' }

type Signature = 'good' | 'bad' | 'none'

let sequence = 0

/** A request of bob's, whose Request Authenticator nobody else has. */
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

describe('CVE-2024-3596, what each policy takes', () => {
  type Row = readonly [Signature, 'plain' | 'proxy-state' | 'eap', string]
  const wrong = 'wrong-message-authenticator'
  const missing = 'missing-message-authenticator'
  const common: readonly Row[] = [
    ['good', 'plain', 'answered'],
    ['good', 'proxy-state', 'answered'],
    ['good', 'eap', 'answered'],
    ['bad', 'plain', wrong],
    ['bad', 'proxy-state', wrong],
    ['bad', 'eap', wrong],
    ['none', 'eap', missing],
  ]
  const matrix: Readonly<Record<MessageAuthenticatorPolicy, readonly Row[]>> = {
    auto: [
      ['none', 'plain', 'answered'],
      ['none', 'proxy-state', 'unsigned-proxy-state'],
      ...common,
      ['none', 'plain', missing],
      ['none', 'proxy-state', missing],
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

  test('auto learns for each address of a network apart, from a genuine one only', async () => {
    const server = await startServer()
    const one = await RadiusPeer.at(server, { from: '127.0.0.2' })
    const other = await RadiusPeer.at(server, { from: '127.0.0.3' })
    await one.send(request('bad'))
    assert.equal(await one.silenceOrReply(), undefined)
    await one.ask(request('none'))
    await one.ask(request('good', eap))
    await one.ask(request('none'))
    await one.ask(request('good'))
    await one.send(request('none'))
    assert.equal(await one.silenceOrReply(), undefined)
    await other.ask(request('none'))
    one.close()
    other.close()
    await server.close()
  })

  test('new clients do not make it forget what an address has sent', async () => {
    const server = await startServer()
    const peer = await RadiusPeer.at(server)
    await peer.ask(request('good'))
    server.replaceClients(RadiusClients.of([client()]))
    await peer.send(request('none'))
    assert.equal(await peer.silenceOrReply(), undefined)
    peer.close()
    await server.close()
  })

  test('EAP-Message beside a password is dropped though it is signed (RFC 3579 §3.3)', async () => {
    const server = await startServer()
    const peer = await RadiusPeer.at(server)
    await peer.send(request('good', eap, password))
    assert.equal(await peer.silenceOrReply(), undefined)
    assert.equal(server.counters.dropped['eap-with-password'], 1)
    peer.close()
    await server.close()
  })

  test('addresses beyond the memory of auto lose their protection, and nothing else', () => {
    const authenticity = new Authenticity()
    const known = RadiusClients.of([client()]).find('127.0.0.1')
    assert(known !== undefined)
    const packet = octets(vectors.packets.access_request_ma_first)
    const signed = decodePacket(packet)
    for (let index = 0; index < 70_000; index++) {
      assert.equal(authenticity.refusal(signed, known, `address ${index}`), undefined)
    }
    const unsigned = decodePacket(request('none'))
    assert.equal(authenticity.refusal(unsigned, known, 'address 0'), undefined)
    assert.equal(
      authenticity.refusal(unsigned, known, 'address 69999'),
      'missing-message-authenticator',
    )
  })
})

describe('CVE-2024-3596, what each reply shows', () => {
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

  test('none where the client drops such replies', async () => {
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
