import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { HmacMd5Key, md5 } from '../../src/radius/index.ts'
import { hex } from '../rig/octets.ts'

describe('MD5 and HMAC-MD5', () => {
  test('RFC 1321 §A.5', () => {
    assert.equal(hex(md5(Buffer.from(''))), 'd41d8cd98f00b204e9800998ecf8427e')
    assert.equal(hex(md5(Buffer.from('message digest'))), 'f96b697d7cb7938d525a2f31aaf161d0')
  })

  test('RFC 2202 §2', () => {
    assert.equal(
      hex(new HmacMd5Key(Buffer.from('Jefe')).sign(Buffer.from('what do ya want for nothing?'))),
      '750c783e6ab0b503eaa86e310a5db738',
    )
    assert.equal(
      hex(new HmacMd5Key(Buffer.alloc(80, 0xaa)).sign(Buffer.alloc(50, 0xdd))),
      hex(createHmac('md5', Buffer.alloc(80, 0xaa)).update(Buffer.alloc(50, 0xdd)).digest()),
    )
  })

  test('equals node:crypto for lengths of 0 to 600, keys of 0 to 130', () => {
    for (let length = 0; length <= 600; length++) {
      const message = Buffer.alloc(length, 0x5a + length)
      const key = Buffer.alloc(length % 131, length)
      assert.equal(hex(md5(message)), createHash('md5').update(message).digest('hex'))
      assert.equal(
        hex(new HmacMd5Key(key).sign(message)),
        createHmac('md5', key).update(message).digest('hex'),
      )
    }
  })

  test('equals node:crypto for any two parts', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.uint8Array({ maxLength: 200 }),
        (one, two) => {
          assert.equal(hex(md5(one, two)), createHash('md5').update(one).update(two).digest('hex'))
        },
      ),
    )
  })

  test('accepts a signature only for its message, with zeros in its place', () => {
    const message = fc.uint8Array({ minLength: 40, maxLength: 600 })
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(), (octets, place, flip) => {
        const key = new HmacMd5Key(Buffer.from('testing123'))
        const at = 20 + (place % (octets.length - 35))
        octets.fill(0, at, at + 16)
        octets.set(key.sign(octets), at)
        // Buffer.slice does not copy, but the message must stay unchanged
        const before = hex(octets)
        assert.equal(key.isSignatureOf(Buffer.from(octets.buffer), at), true)
        assert.equal(hex(octets), before)
        const bit = flip % (octets.length * 8)
        octets[bit >> 3] = (octets[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        assert.equal(key.isSignatureOf(octets, at), false)
      }),
    )
  })
})
