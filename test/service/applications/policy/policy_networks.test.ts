import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  isNetwork,
  networkRule,
} from '../../../../src/service/applications/policy/policy_networks.ts'

const networks = {
  no_2fa_required: { ip_list: ['192.0.2.0/24', '2001:db8::/32'], require_enrollment: true },
  mfa_required: { ip_list: ['192.0.2.128-192.0.2.255'] },
  blocked: { ip_list: ['192.0.2.200', '203.0.113.0/24'] },
  deny_other_access: false,
}

describe('authorized networks', () => {
  for (const [address, expected] of [
    ['192.0.2.1', 'no 2fa required'],
    ['192.0.2.127', 'no 2fa required'],
    ['192.0.2.128', 'mfa required'],
    ['192.0.2.200', 'blocked'],
    ['203.0.113.7', 'blocked'],
    ['::ffff:203.0.113.7', 'blocked'],
    ['2001:db8::1', 'no 2fa required'],
    ['2001:db9::1', 'other'],
    ['198.51.100.1', 'other'],
    ['', 'other'],
    ['not an address', 'other'],
    ['203.113', 'other'],
  ] as const) {
    test(`'${address}' is ${expected}`, () => {
      assert.equal(networkRule(address, networks), expected)
    })
  }

  test('deny_other_access denies addresses in no list, and requests without an address', () => {
    const closed = { ...networks, deny_other_access: true }
    assert.equal(networkRule('198.51.100.1', closed), 'other denied')
    assert.equal(networkRule('', closed), 'other denied')
    assert.equal(networkRule('192.0.2.128', closed), 'mfa required')
  })

  test('accepts addresses, CIDR networks and ranges', () => {
    const texts = ['192.0.2.1', '192.0.2.0/24', '192.0.2.1-192.0.2.9', '2001:db8::/32', '::1']
    assert.deepEqual(
      texts.filter((text) => !isNetwork(text)),
      [],
    )
    const wrong = ['', '192.0.2', '192.0.2.0/33', '10/8', '192.0.2.9-192.0.2.1', '::1-192.0.2.1']
    assert.deepEqual(wrong.filter(isNetwork), [])
  })
})
