import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeVendorSpecific, hideSalted, md5, revealSalted } from '../../src/radius/index.ts'
import { hex, octets } from '../rig/octets.ts'
import vectors from '../vector/radius-vectors.json' with { type: 'json' }

const { salted } = vectors
const secret = Buffer.from(salted.secret)
const authenticator = octets(salted.request_authenticator)

describe('RFC 2868 §3.5, Tunnel-Password', () => {
  const cases = [
    [salted.tunnel_password_hello_tag0_salt8001, 'hello'],
    [salted['tunnel_password_15B_salt8002 (fills one block)'], 15],
    [salted['tunnel_password_16B_salt8003 (needs two blocks)'], 16],
  ] as const
  for (const [attribute, expected] of cases) {
    test(`${expected}: is revealed, and hidden again to the same octets`, () => {
      // type, length and tag come before the salt
      const value = octets(attribute).subarray(3)
      const revealed = revealSalted(value, secret, authenticator)
      if (typeof expected === 'number') assert.equal(revealed.length, expected)
      else assert.equal(Buffer.from(revealed).toString(), expected)
      const again = hideSalted(revealed, value.subarray(0, 2), secret, authenticator)
      assert.equal(hex(again), hex(value))
    })
  }

  test('accepts any padding', () => {
    const value = octets('009973051de6c557307dacd5daa599f4e26e7e').subarray(1)
    assert.equal(Buffer.from(revealSalted(value, secret, authenticator)).toString(), 'foo')
  })

  test('rejects incomplete blocks and lengths beyond the value', () => {
    const code = 'RADIUS_ATTRIBUTE_LENGTH'
    for (const length of [0, 2, 17, 19, 33]) {
      assert.throws(() => revealSalted(new Uint8Array(length), secret, authenticator), { code })
    }
    const salt = octets('8001')
    const block = md5(secret, Buffer.concat([authenticator, salt]))
    block[0] = (block[0] ?? 0) ^ 16
    assert.throws(() => revealSalted(Buffer.concat([salt, block]), secret, authenticator), { code })
    assert.throws(() => hideSalted(new Uint8Array(240), salt, secret, authenticator), { code })
  })

  test('reveals any hidden value of 0 to 239 octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 239 }), (value) => {
        const hidden = hideSalted(value, octets('f00d'), secret, authenticator)
        assert.equal(hex(revealSalted(hidden, secret, authenticator)), hex(value))
      }),
    )
  })
})

describe('RFC 2548 §2.4.2, MS-MPPE-Send-Key and MS-MPPE-Recv-Key', () => {
  for (const [name, type] of [
    ['ms_mppe_send_key_salt8004', 16],
    ['ms_mppe_recv_key_salt8005', 17],
  ] as const) {
    test(name, () => {
      const [inner] = decodeVendorSpecific(octets(salted[name]).subarray(2))
      assert.equal(inner?.vendor, 311)
      assert.equal(inner?.type, type)
      const value = inner?.value ?? new Uint8Array()
      const key = revealSalted(value, secret, authenticator)
      assert.equal(key.length, 16)
      assert.equal(hex(hideSalted(key, value.subarray(0, 2), secret, authenticator)), hex(value))
    })
  }
})
