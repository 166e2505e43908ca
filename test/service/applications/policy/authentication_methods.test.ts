import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type AuthMethod,
  allowedCapabilities,
  methodsOfPhone,
  phoneMethod,
} from '../../../../src/service/applications/policy/authentication_methods.ts'

const all = ['auto', 'push', 'sms', 'phone', 'mobile_otp'] as const

describe('authentication methods of a phone', () => {
  for (const [blocked, expected] of [
    [[], ['auto', 'push', 'sms', 'phone', 'mobile_otp']],
    [['duo-push'], ['auto', 'sms', 'phone', 'mobile_otp']],
    [['phonecall'], ['auto', 'push', 'sms', 'mobile_otp']],
    [
      ['duo-push', 'phonecall'],
      ['sms', 'mobile_otp'],
    ],
    [
      ['sms', 'duo-passcode'],
      ['auto', 'push', 'phone'],
    ],
    [
      ['hardware-token', 'bypass'],
      ['auto', 'push', 'sms', 'phone', 'mobile_otp'],
    ],
  ] as const) {
    test(`without ${blocked.join(' and ') || 'any block'}: ${expected.join(', ')}`, () => {
      assert.deepEqual(allowedCapabilities(all, new Set<AuthMethod>(blocked)), expected)
    })
  }

  test('each factor and capability has its method', () => {
    assert.deepEqual((['push', 'phone', 'sms'] as const).map(phoneMethod), [
      'duo-push',
      'phonecall',
      'sms',
    ])
    assert.deepEqual(methodsOfPhone(['auto', 'mobile_otp', 'sms']), ['sms', 'duo-passcode'])
  })
})
