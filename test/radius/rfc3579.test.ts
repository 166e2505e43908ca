import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decodePacket,
  decodeText,
  encodeAccessRequest,
  encodeReply,
  encodeStatusServer,
  messageAuthenticatorAt,
  messageAuthenticatorIsGenuine,
  revealPassword,
  SharedSecret,
  Type,
  verifyReply,
} from '../../src/radius/index.ts'
import { hex, octets } from '../rig/octets.ts'
import vectors from '../vector/radius-vectors.json' with { type: 'json' }

const { packets } = vectors
const secret = new SharedSecret(packets.secret)
const authenticator = octets('000102030405060708090a0b0c0d0e0f')

describe('RFC 3579 §3.2, Message-Authenticator in requests', () => {
  const signed = [
    'access_request_ma_first',
    'access_request_ma_last',
    'request_proxy_state_with_ma (accept)',
    'status_server',
  ] as const

  for (const name of signed) {
    test(`${name}: is authentic, and not with any bit changed`, () => {
      const packet = octets(packets[name])
      const at = messageAuthenticatorAt(packet)
      assert(typeof at === 'number')
      assert.equal(messageAuthenticatorIsGenuine(packet, at, secret), true)
      for (let bit = 0; bit < packet.length * 8; bit++) {
        packet[bit >> 3] = (packet[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        assert.equal(messageAuthenticatorIsGenuine(packet, at, secret), false)
        packet[bit >> 3] = (packet[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      }
    })
  }

  test('is reported as absent, repeated or of wrong length', () => {
    const without = 'request_proxy_state_no_ma (BlastRADIUS shape; drop when limitProxyState)'
    assert.equal(messageAuthenticatorAt(octets(packets[without])), undefined)
    for (const [name, place] of [
      ['MA length 5', 'wrong length'],
      ['MA length 19', 'wrong length'],
      ['two MAs', 'repeated'],
    ] as const) {
      const packet = octets(vectors.invalid.find((entry) => entry.name === name)?.hex ?? '')
      assert.equal(messageAuthenticatorAt(packet), place)
      assert.equal(messageAuthenticatorIsGenuine(packet, place, secret), false)
    }
  })

  test('is encoded as in the vectors', () => {
    const request = encodeAccessRequest(7, authenticator, secret, {
      username: 'bob',
      password: Buffer.from('hello'),
      attributes: [{ type: Type.NasIdentifier, value: Buffer.from('nas-1') }],
    })
    assert.equal(hex(request), packets.access_request_ma_first)
    assert.equal(hex(encodeStatusServer(9, authenticator, secret)), packets.status_server)
  })

  test('does not affect revealing the password', () => {
    const request = decodePacket(octets(packets.access_request_ma_last))
    const hidden = request.first(Type.UserPassword) ?? new Uint8Array()
    assert.equal(decodeText(revealPassword(hidden, secret.octets, authenticator)), 'hello')
  })
})

describe('RFC 3579 §3.2, Message-Authenticator in replies', () => {
  const good = [
    ['accept_ma_first', 2],
    ['accept_ma_last', 2],
    ['accept_echo_two_proxy_states', 2],
    ['reject_ma_first', 3],
    ['challenge_ma_first', 11],
    ['status_server_reply', 2],
  ] as const
  for (const [name, code] of good) {
    test(`${name} is accepted`, () => {
      const reply = verifyReply(octets(packets[name]), authenticator, secret, {
        messageAuthenticator: 'required',
      })
      assert.equal(reply.code, code)
      const datagram = Buffer.from(packets[name], 'hex')
      assert.equal(verifyReply(datagram, authenticator, secret).code, code)
      assert.equal(hex(datagram), packets[name])
    })
  }

  test('may be absent only if it is not required', () => {
    const reply = octets(packets['accept_without_ma (drop when requireMA)'])
    assert.equal(verifyReply(reply, authenticator, secret).code, 2)
    assert.throws(
      () => verifyReply(reply, authenticator, secret, { messageAuthenticator: 'required' }),
      { code: 'RADIUS_MESSAGE_AUTHENTICATOR' },
    )
  })

  test('is rejected if it or the Response Authenticator is wrong', () => {
    assert.throws(
      () =>
        verifyReply(
          octets(packets.accept_bad_ma_but_good_response_authenticator),
          authenticator,
          secret,
        ),
      { code: 'RADIUS_MESSAGE_AUTHENTICATOR' },
    )
    assert.throws(
      () =>
        verifyReply(
          octets(packets.accept_good_ma_bad_response_authenticator),
          authenticator,
          secret,
        ),
      { code: 'RADIUS_RESPONSE_AUTHENTICATOR' },
    )
  })

  test('is encoded as in the vectors, as the first attribute', () => {
    const names = [
      'accept_ma_first',
      'reject_ma_first',
      'challenge_ma_first',
      'accept_echo_two_proxy_states',
      'status_server_reply',
    ] as const
    for (const name of names) {
      const expected = decodePacket(octets(packets[name]))
      const request = { identifier: expected.identifier, authenticator }
      const [first, ...attributes] = expected.attributes
      assert.equal(first?.type, Type.MessageAuthenticator)
      const reply = encodeReply(expected.code, attributes, request, secret, {
        messageAuthenticator: true,
      })
      assert.equal(hex(reply), packets[name])
    }
    const unsigned = decodePacket(octets(packets['accept_without_ma (drop when requireMA)']))
    const reply = encodeReply(2, unsigned.attributes, { identifier: 7, authenticator }, secret, {
      messageAuthenticator: false,
    })
    assert.equal(hex(reply), hex(unsigned.octets))
  })
})
