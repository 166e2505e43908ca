import assert from 'node:assert/strict'
import { createCipheriv, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { desEncrypt, desKey } from '../../src/radius/des.ts'
import { md4 } from '../../src/radius/md4.ts'
import { hex, octets } from '../rig/octets.ts'

describe('RFC 1320 §A.5, MD4', () => {
  const table = [
    ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
    ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
    ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
    ['message digest', 'd9130a8164549fe818874806e1c7014b'],
    ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
    [
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
      '043f8582f241db351ce627e153e7f0e4',
    ],
    ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
  ] as const
  for (const [message, digest] of table) {
    test(`hashes ${message.length} octets`, () => {
      assert.equal(hex(md4(Buffer.from(message))), digest)
    })
  }
})

describe('FIPS 46-3, DES', () => {
  const table = [
    // NBS Special Publication 500-20, Appendix B
    ['95f8a5e5dd31d900', '0101010101010101', '8000000000000000'],
    ['690f5b0d9a26939b', '7ca110454a1a6e57', '01a1d6d039776742'],
    ['7a389d10354bd271', '0131d9619dc1376e', '5cd54ca83def57da'],
    ['85e813540f0ab405', '133457799bbcdff1', '0123456789abcdef'],
  ] as const
  for (const [encrypted, key, block] of table) {
    test(`encrypts ${block}`, () => {
      assert.equal(hex(desEncrypt(octets(key), octets(block))), encrypted)
    })
  }

  test('agrees with OpenSSL, whose triple DES with three equal keys is DES', () => {
    for (let tries = 0; tries < 300; tries++) {
      const [key, block] = [randomBytes(8), randomBytes(8)]
      const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null)
      const encrypted = cipher.setAutoPadding(false).update(block)
      assert.equal(hex(desEncrypt(key, block)), encrypted.toString('hex'))
    }
  })

  test('spreads 7 octets over a key with odd parity (RFC 2759 §9.3)', () => {
    assert.equal(hex(desKey(octets('fc156af7edcd6c'))), 'fd0b5b5e7f6e34d9')
    assert.equal(hex(desKey(octets('0edde3337d427f'))), '0e6e796737ea08fe')
    assert.equal(hex(desKey(octets('eac'.padEnd(14, '0')))).slice(0, 4), 'ea61')
  })
})
