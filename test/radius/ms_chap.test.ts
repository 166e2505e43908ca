import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Attribute,
  authenticatorResponse,
  chapResponse,
  decodeMsChap2Response,
  decodeMsChapResponse,
  decodePacket,
  decodeVendorSpecific,
  encodeMsChap2Response,
  encodeMsChapResponse,
  encodePacket,
  failureAttributes,
  msChapChallenge,
  msChapResponse,
  msChapV2Response,
  ntPasswordHash,
  passwordTest,
  RadiusError,
  readChallengeResponse,
  serverProof,
  successAttributes,
} from '../../src/radius/index.ts'
import { challengeHash } from '../../src/radius/ms_chap.ts'
import { hex, octets } from '../rig/octets.ts'
import vectors from '../vector/radius-vectors.json' with { type: 'json' }

describe('RFC 1994 §4.1 and RFC 2865 §2.2, CHAP', () => {
  const { chap } = vectors

  test('computes the response from identifier, password and challenge', () => {
    const response = chapResponse(chap.chap_id, Buffer.from(chap.password), octets(chap.challenge))
    assert.equal(`2a${hex(response)}`, chap.chap_password_attr_value)
  })

  test('takes the challenge from CHAP-Challenge', () => {
    const proof = proofIn(octets(chap.packet_challenge_attr))
    assert.equal(hex(proof.challenge), chap.challenge)
    assert.equal(passwordTest(proof)('hello'), true)
    assert.equal(passwordTest(proof)('hellp'), false)
  })

  test('takes the challenge from the Request Authenticator if there is no CHAP-Challenge', () => {
    const proof = proofIn(octets(chap.packet_challenge_in_authenticator))
    assert.equal(hex(proof.challenge), chap.challenge)
    assert.equal(passwordTest(proof)('hello'), true)
  })

  test('verifies the response of flopsy in RFC 2865 §7.2', () => {
    const proof = proofIn(
      octets(
        '010100472aee86f08d0d55969ca5978e0d3367a20108666c6f707379031316e97557c316185895f293ff63440772750406c0a80110050600000014060600000002070600000001',
      ),
    )
    assert.equal(passwordTest(proof)('arctangent'), true)
    assert.deepEqual(successAttributes(proof, serverProof(proof, 'arctangent')), [])
    assert.deepEqual(failureAttributes(proof, new Uint8Array(16)), [])
  })
})

describe('RFC 2433 §B.2, MS-CHAPv1', () => {
  const challenge = octets('102db5df085d3041')
  const response = '4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61'

  test('hashes a password in UTF-16LE', () => {
    assert.equal(hex(ntPasswordHash('MyPw')), 'fc156af7edcd6c0edde3337d427f4eac')
  })

  test('computes the NT response', () => {
    assert.equal(hex(msChapResponse(challenge, ntPasswordHash('MyPw'))), response)
  })

  test('verifies the response in a request, and ignores its LM response', () => {
    const proof = proofOf([
      msChapChallenge(challenge),
      encodeMsChapResponse({ identifier: 9, ntResponse: octets(response) }),
    ])
    assert.equal(proof.protocol, 'MS-CHAPv1')
    assert.equal(passwordTest(proof)('MyPw'), true)
    assert.equal(passwordTest(proof)('mypw'), false)
    assert.equal(serverProof(proof, 'MyPw'), undefined)
  })

  test('rejects with error 691, without a retry', () => {
    const proof = proofOf([
      msChapChallenge(challenge),
      encodeMsChapResponse({ identifier: 9, ntResponse: octets(response) }),
    ])
    assert.deepEqual(microsoftTexts(failureAttributes(proof, challenge)), [
      [2, 9, 'E=691 R=0 C=102DB5DF085D3041 V=2'],
    ])
  })
})

describe('RFC 2759 §9.2, MS-CHAPv2', () => {
  const exchange = {
    authenticatorChallenge: octets('5b5d7c7d7b3f2f3e3c2c602132262628'),
    peerChallenge: octets('21402324255e262a28295f2b3a337c7e'),
    userName: Buffer.from('User'),
  }
  const password = 'clientPass'
  const response = '82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df'
  const success = 'S=407A5589115FD0D6209F510FE9C04566932CDA56'
  const request = (userName: string, ntResponse = octets(response)) =>
    proofOf([
      { type: 1, value: Buffer.from(userName) },
      msChapChallenge(exchange.authenticatorChallenge),
      encodeMsChap2Response({ identifier: 7, peerChallenge: exchange.peerChallenge, ntResponse }),
    ])

  test('computes the challenge hash, the NT response and the authenticator response', () => {
    assert.equal(hex(challengeHash(exchange)), 'd02e4386bce91226')
    assert.equal(hex(ntPasswordHash(password)), '44ebba8d5312b8d611474411f56989ae')
    assert.equal(hex(msChapV2Response(exchange, password)), response)
    assert.equal(authenticatorResponse(exchange, octets(response), password), success)
  })

  test('verifies the response in a request, and proves to know the password', () => {
    const proof = request('User')
    assert.equal(proof.protocol, 'MS-CHAPv2')
    assert.equal(passwordTest(proof)(password), true)
    assert.equal(passwordTest(proof)('clientpass'), false)
    const attributes = successAttributes(proof, serverProof(proof, password))
    assert.deepEqual(microsoftTexts(attributes), [[26, 7, success]])
  })

  test('leaves out a domain in front of the user name', () => {
    assert.equal(passwordTest(request('BIGCO\\User'))(password), true)
    assert.equal(serverProof(request('BIGCO\\User'), password), success)
    assert.equal(passwordTest(request('User@bigco'))(password), false)
  })

  test('refuses a response with one bit changed, whichever it is', () => {
    for (let index = 0; index < 24; index++) {
      const changed = octets(response)
      changed[index] = (changed[index] ?? 0) ^ 1
      assert.equal(passwordTest(request('User', changed))(password), false)
    }
  })

  test('rejects with error 691, without a retry, in the format of version 3', () => {
    const attributes = failureAttributes(request('User'), exchange.authenticatorChallenge)
    const text = 'E=691 R=0 C=5B5D7C7D7B3F2F3E3C2C602132262628 V=3 M=Authentication failed'
    assert.deepEqual(microsoftTexts(attributes), [[2, 7, text]])
  })

  test('agrees with other implementations for more exchanges', () => {
    // of layeh/radius, rfc2759; FreeRADIUS returns the same S=
    const table = [
      ['77ac2d4c312a6afeb9d176b4dd1d1a1d', '3413168381f74b7b28e6088bd7a50de9'],
      ['d5717d58e9fb9cf42dbb0c1a8adf9879', '279cb411494d5a84cdf2d2ee36fb5cdd'],
    ] as const
    const expected = [
      '6295b2143995f9f658691977ef12798910ff2973b5b513ba S=997DB6A2358340676FB471016F78D1B56DFEF243',
      'f5e471ecb559a9f7c69a708b12e7a86dd2fef9ab3f2aed0a S=C686EB7B6A00E5815A65CEFE4D12056C5666CE9D',
    ]
    const computed = table.map(([authenticator, peer]) => {
      const other = {
        authenticatorChallenge: octets(authenticator),
        peerChallenge: octets(peer),
        userName: Buffer.from('test'),
      }
      const nt = msChapV2Response(other, 'superSecretPassword')
      return `${hex(nt)} ${authenticatorResponse(other, nt, 'superSecretPassword')}`
    })
    assert.deepEqual(computed, expected)
  })
})

describe('RFC 2548 §2, attributes of MS-CHAP', () => {
  test('decodes the responses that it encodes', () => {
    const [peerChallenge, ntResponse] = [octets('07'.repeat(16)), octets('18'.repeat(24))]
    const version1 = decodeMsChapResponse(
      microsoftValue(encodeMsChapResponse({ identifier: 200, ntResponse })),
    )
    assert.deepEqual(
      { ...version1, ntResponse: hex(version1.ntResponse) },
      { identifier: 200, hasNtResponse: true, ntResponse: hex(ntResponse) },
    )
    const version2 = decodeMsChap2Response(
      microsoftValue(encodeMsChap2Response({ identifier: 201, peerChallenge, ntResponse })),
    )
    assert.equal(version2.identifier, 201)
    assert.equal(hex(version2.peerChallenge), hex(peerChallenge))
    assert.equal(hex(version2.ntResponse), hex(ntResponse))
  })

  test('refuses a response of 49 octets', () => {
    for (const decode of [decodeMsChapResponse, decodeMsChap2Response]) {
      assert.throws(
        () => decode(new Uint8Array(49)),
        (error) => error instanceof RadiusError && error.code === 'RADIUS_ATTRIBUTE_LENGTH',
      )
    }
  })
})

function proofOf(attributes: readonly Attribute[]) {
  return proofIn(encodePacket(1, 0, new Uint8Array(16), attributes))
}

function proofIn(datagram: Uint8Array) {
  const proof = readChallengeResponse(decodePacket(datagram))
  assert.ok(proof !== undefined)
  return proof
}

function microsoftValue({ value }: Attribute): Uint8Array {
  const [found] = decodeVendorSpecific(value)
  assert.equal(found?.vendor, 311)
  return found.value
}

/** Type, identifier and text of Microsoft's attributes. */
function microsoftTexts(attributes: readonly Attribute[]) {
  return attributes
    .flatMap(({ value }) => decodeVendorSpecific(value))
    .map(({ type, value }) => [type, value[0], Buffer.from(value.subarray(1)).toString()])
}
