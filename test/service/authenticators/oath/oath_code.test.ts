import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret as OathSecret } from 'otpauth'
import {
  type OathAlgorithm,
  OathKey,
} from '../../../../src/service/authenticators/oath/oath_code.ts'

function toKey(text: string): OathKey {
  return new OathKey(OathSecret.fromUTF8(text).base32)
}

test('RFC 4226 appendix D: HOTP of six digits', () => {
  const key = toKey('12345678901234567890')
  const codes = [
    '755224',
    '287082',
    '359152',
    '969429',
    '338314',
    '254676',
    '287922',
    '162583',
    '399871',
    '520489',
  ]
  const parameters = { kind: 'hotp', digits: 6, algorithm: 'SHA1', stepSecs: 30 } as const
  assert.deepEqual(
    codes.map((_, counter) => key.code(parameters, counter)),
    codes,
  )
})

describe('RFC 6238 appendix B: TOTP of eight digits', () => {
  const seconds = [59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000]
  const vectors: readonly (readonly [OathAlgorithm, string, readonly string[]])[] = [
    [
      'SHA1',
      '12345678901234567890',
      ['94287082', '07081804', '14050471', '89005924', '69279037', '65353130'],
    ],
    [
      'SHA256',
      '12345678901234567890123456789012',
      ['46119246', '68084774', '67062674', '91819424', '90698825', '77737706'],
    ],
    [
      'SHA512',
      '1234567890123456789012345678901234567890123456789012345678901234',
      ['90693936', '25091201', '99943326', '93441116', '38618901', '47863826'],
    ],
  ]
  for (const [algorithm, secret, codes] of vectors) {
    test(algorithm, () => {
      const parameters = { kind: 'totp', digits: 8, algorithm, stepSecs: 30 } as const
      const key = toKey(secret)
      assert.deepEqual(
        seconds.map((second) => key.code(parameters, Math.floor(second / 30))),
        codes,
      )
    })
  }
})
