import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Attribute,
  decodePacket,
  encodeMsChapResponse,
  encodePacket,
  encodeVendorSpecific,
  findPasswordProblem,
  Packet,
} from '../../src/radius/index.ts'
import { octets } from '../rig/octets.ts'
import vectors from '../vector/radius-vectors.json' with { type: 'json' }

const attribute = (type: number, length: number): Attribute => ({
  type,
  value: new Uint8Array(length),
})
const microsoft = (type: number, length: number) =>
  encodeVendorSpecific({ vendor: 311, type, value: new Uint8Array(length) })
const version1 = encodeMsChapResponse({ identifier: 0, ntResponse: new Uint8Array(24) })
const cisco = encodeVendorSpecific({ vendor: 9, type: 1, value: Buffer.from('a=b') })

describe('RFC 2865 §5.44 and RFC 3579 §3.3, the credentials of a request', () => {
  const table: readonly (readonly [string, readonly Attribute[], string | undefined])[] = [
    ['User-Password of one block', [attribute(2, 16)], undefined],
    [
      'User-Password of eight blocks',
      [attribute(1, 3), attribute(2, 128), attribute(24, 8)],
      undefined,
    ],
    ['User-Password of 0 octets', [attribute(2, 0)], 'empty'],
    ['User-Password of 15 octets', [attribute(2, 15)], 'malformed'],
    ['User-Password of 129 octets', [attribute(2, 129)], 'malformed'],
    ['User-Password of 144 octets', [attribute(2, 144)], 'malformed'],
    ['two User-Passwords', [attribute(2, 16), attribute(2, 16)], 'ambiguous'],
    ['CHAP-Password', [attribute(3, 17)], 'chap'],
    ['ARAP-Password', [attribute(70, 16)], 'arap'],
    ['CHAP-Password of 16 octets', [attribute(3, 16)], 'malformed'],
    ['User-Password and CHAP-Password', [attribute(2, 16), attribute(3, 17)], 'ambiguous'],
    ['User-Password and ARAP-Password', [attribute(2, 16), attribute(70, 16)], 'ambiguous'],
    ['two States', [attribute(2, 16), attribute(24, 2), attribute(24, 2)], 'ambiguous'],
    ['EAP-Message in two attributes', [attribute(79, 253), attribute(79, 10)], 'eap'],
    ['EAP-Message and User-Password', [attribute(79, 4), attribute(2, 16)], 'ambiguous'],
    ['CHAP-Password and CHAP-Challenge', [attribute(3, 17), attribute(60, 16)], 'chap'],
    ['an empty CHAP-Challenge', [attribute(3, 17), attribute(60, 0)], 'malformed'],
    ['two CHAP-Challenges', [attribute(3, 17), attribute(60, 16), attribute(60, 16)], 'ambiguous'],
    ['MS-CHAP-Response and its challenge', [microsoft(11, 8), version1], 'mschap'],
    ['MS-CHAP-Response with a challenge of v2', [microsoft(11, 16), version1], 'malformed'],
    ['MS-CHAP-Response with LM-Response only', [microsoft(11, 8), microsoft(1, 50)], 'lm'],
    ['MS-CHAP2-Response and its challenge', [microsoft(11, 16), microsoft(25, 50)], 'mschap'],
    ['MS-CHAP2-Response without a challenge', [microsoft(25, 50)], 'malformed'],
    ['MS-CHAP2-Response of 49 octets', [microsoft(11, 16), microsoft(25, 49)], 'malformed'],
    [
      'two MS-CHAP-Challenges',
      [microsoft(11, 16), microsoft(25, 50), microsoft(11, 16)],
      'ambiguous',
    ],
    ['MS-CHAPv1 and MS-CHAPv2', [microsoft(11, 8), version1, microsoft(25, 50)], 'ambiguous'],
    ['MS-CHAPv2 and CHAP', [microsoft(11, 16), microsoft(25, 50), attribute(3, 17)], 'ambiguous'],
    ['MS-CHAPv2 and User-Password', [attribute(2, 16), microsoft(25, 50)], 'ambiguous'],
    ['MS-CHAP2-CPW', [microsoft(11, 16), microsoft(27, 68)], 'password_change'],
    ['MS-RAS-Version and User-Password', [microsoft(18, 5), attribute(2, 16)], undefined],
    ['MS-RAS-Version alone', [microsoft(18, 5)], 'absent'],
    ['another vendor', [cisco], 'absent'],
    ['State alone', [attribute(24, 8)], 'absent'],
    ['no attribute', [], 'absent'],
  ]
  for (const [name, attributes, expected] of table) {
    test(`${name}: ${expected ?? 'a password'}`, () => {
      const packet = new Packet(encodePacket(1, 0, new Uint8Array(16), attributes))
      assert.equal(findPasswordProblem(packet), expected)
    })
  }

  test('finds no password in the invalid packets of the corpus', () => {
    const withPassword = vectors.invalid
      .filter(({ hex }) => {
        try {
          return findPasswordProblem(decodePacket(octets(hex))) === undefined
        } catch {
          return false
        }
      })
      .map(({ name }) => name)
    assert.deepEqual(withPassword, [])
  })
})
