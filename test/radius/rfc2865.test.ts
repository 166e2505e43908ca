import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  chapResponse,
  decodeChapPassword,
  decodePacket,
  decodeText,
  decodeVendorSpecific,
  encodePacket,
  encodeVendorSpecific,
  findPasswordProblem,
  hidePassword,
  namedText,
  Packet,
  replyMessages,
  revealPassword,
  SharedSecret,
  Type,
  verifyReply,
} from '../../src/radius/index.ts'
import { hex, octets } from '../rig/octets.ts'
import vectors from '../vector/radius-vectors.json' with { type: 'json' }

describe('RFC 2865 §7, examples', () => {
  const secret = new SharedSecret('xyzzy5461')

  test('§7.1, User Telnet to Specified Host', () => {
    const request = decodePacket(
      octets(
        '010000380f403f9473978057bd83d5cb98f4227a01066e656d6f02120dbe708d93d413ce3196e43f782a0aee0406c0a80110050600000003',
      ),
    )
    assert.equal(request.code, 1)
    assert.equal(decodeText(request.first(Type.UserName) ?? new Uint8Array()), 'nemo')
    assert.equal(namedText(request, 'NAS-IP-Address'), '192.168.1.16')
    assert.equal(namedText(request, 'nas-port'), '3')
    assert.equal(findPasswordProblem(request), undefined)
    const hidden = request.first(Type.UserPassword) ?? new Uint8Array()
    const password = revealPassword(hidden, secret.octets, request.authenticator)
    assert.equal(decodeText(password), 'arctangent')
    const accept = octets(
      '0200002686fe220e7624ba2a1005f6bf9b55e0b20606000000010f06000000000e06c0a80103',
    )
    assert.equal(verifyReply(accept, request.authenticator, secret).code, 2)
  })

  test('§7.2, Framed User Authenticating with CHAP', () => {
    const request = decodePacket(
      octets(
        '010100472aee86f08d0d55969ca5978e0d3367a20108666c6f707379031316e97557c316185895f293ff63440772750406c0a80110050600000014060600000002070600000001',
      ),
    )
    assert.equal(findPasswordProblem(request), 'chap')
    const chap = decodeChapPassword(request.first(Type.ChapPassword) ?? new Uint8Array())
    assert.equal(chap.identifier, 0x16)
    assert.equal(
      hex(chapResponse(chap.identifier, Buffer.from('arctangent'), request.authenticator)),
      hex(chap.response),
    )
    const accept = octets(
      '0201003815efbc7dab26cfa3dc34d9c03c8601a40606000000020706000000010806fffffffe0a06000000020d06000000010c06000005dc',
    )
    assert.equal(verifyReply(accept, request.authenticator, secret).code, 2)
  })

  test('§7.3, User with Challenge-Response card', () => {
    const authenticator = octets('f3a47a1f6a6d76710b947ab93041a039')
    const challenge = verifyReply(
      octets(
        '0b02004e36f3c8764ae8c71157403c0c71ff9c4512304368616c6c656e67652033323736393433302e2020456e74657220726573706f6e73652061742070726f6d70742e180a3332373639343330',
      ),
      authenticator,
      secret,
    )
    assert.equal(decodeText(challenge.first(Type.State) ?? new Uint8Array()), '32769430')
    const answered = octets(
      '01030043b122556d428a13d0d6253807c457ecf001076d6f7073790212692c1f205fc081b919b95195f561a5810406c0a8011005060000000718103332373639343330',
    )
    assert.throws(() => decodePacket(answered), { code: 'RADIUS_ATTRIBUTE_LENGTH' })
    // the RFC misprints the length of State as 16; its value has 8 octets
    answered[answered.length - 9] = 10
    const second = decodePacket(answered)
    const hidden = second.first(Type.UserPassword) ?? new Uint8Array()
    assert.equal(
      decodeText(revealPassword(hidden, secret.octets, second.authenticator)),
      '99101462',
    )
    const reject = octets('03030014a42f4fca45916c4e09c8340f9e746aa0')
    assert.equal(verifyReply(reject, octets('b122556d428a13d0d6253807c457ecf0'), secret).code, 3)
  })
})

describe('RFC 2865 §5.2, User-Password', () => {
  const { secret, request_authenticator, cases } = vectors.user_password
  const key = Buffer.from(secret)
  for (const [name, { password_hex, hidden_hex }] of Object.entries(cases)) {
    test(`hides and reveals: ${name}`, () => {
      const password = octets(password_hex)
      const authenticator = octets(request_authenticator)
      assert.equal(hex(hidePassword(password, key, authenticator)), hidden_hex)
      const end = password.findLastIndex((octet) => octet !== 0) + 1
      assert.equal(
        hex(revealPassword(octets(hidden_hex), key, authenticator)),
        hex(password.subarray(0, end)),
      )
    })
  }

  test('rejects incomplete blocks, and a password of 129 octets', () => {
    const authenticator = octets(request_authenticator)
    for (const length of [0, 15, 17, 129, 144]) {
      assert.throws(() => revealPassword(new Uint8Array(length), key, authenticator), {
        code: 'RADIUS_ATTRIBUTE_LENGTH',
      })
    }
    assert.throws(() => hidePassword(new Uint8Array(129), key, authenticator), {
      code: 'RADIUS_ATTRIBUTE_LENGTH',
    })
  })
})

describe('RFC 2865 §5.3, CHAP-Password', () => {
  for (const name of ['packet_challenge_in_authenticator', 'packet_challenge_attr'] as const) {
    test(`finds the challenge in ${name} (§2.2)`, () => {
      const request = decodePacket(octets(vectors.chap[name]))
      const value = decodeChapPassword(request.first(Type.ChapPassword) ?? new Uint8Array())
      const challenge = request.first(Type.ChapChallenge) ?? request.authenticator
      assert.equal(hex(challenge), vectors.chap.challenge)
      assert.equal(
        hex(chapResponse(value.identifier, Buffer.from(vectors.chap.password), challenge)),
        hex(value.response),
      )
    })
  }

  test('verifies the response to the challenge', () => {
    const { chap_id, password, challenge, chap_password_attr_value } = vectors.chap
    const value = decodeChapPassword(octets(chap_password_attr_value))
    assert.equal(value.identifier, chap_id)
    assert.equal(
      hex(chapResponse(chap_id, Buffer.from(password), octets(challenge))),
      hex(value.response),
    )
    assert.throws(() => decodeChapPassword(new Uint8Array(16)), { code: 'RADIUS_ATTRIBUTE_LENGTH' })
  })
})

describe('RFC 2865 §5.18, Reply-Message', () => {
  test('is split between characters into at most 253 octets each', () => {
    const text = 'ä€𝄞'.repeat(100)
    const attributes = replyMessages(text)
    assert(attributes.every(({ value }) => value.length <= 253))
    assert.equal(attributes.map(({ value }) => Buffer.from(value).toString()).join(''), text)
    assert.equal(replyMessages('').length, 0)
    assert.deepEqual(
      replyMessages('a'.repeat(254)).map(({ value }) => value.length),
      [253, 1],
    )
  })
})

describe('RFC 2865 §5.26, Vendor-Specific', () => {
  test('decodes one or several sub-attributes, and keeps other formats opaque', () => {
    const [avpair] = decodeVendorSpecific(octets('000000090105666f6f'))
    assert.deepEqual([avpair?.vendor, avpair?.type], [9, 1])
    assert.equal(decodeVendorSpecific(octets('000080000105abcdef02076161616161')).length, 2)
    assert.deepEqual(decodeVendorSpecific(octets('00000009abcdef')), [])
    assert.deepEqual(decodeVendorSpecific(octets('000009')), [])
    const attribute = encodeVendorSpecific({
      vendor: 25461,
      type: 7,
      value: Buffer.from('192.0.2.7'),
    })
    const packet = new Packet(encodePacket(1, 0, new Uint8Array(16), [attribute]))
    assert.equal(namedText(packet, 'PaloAlto-Client-Source-IP'), '192.0.2.7')
  })
})
