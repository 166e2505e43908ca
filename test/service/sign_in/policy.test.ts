import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decide } from '../../../src/service/sign_in/policy.ts'

const enrolled = {
  status: 'active',
  nameRefusal: undefined,
  groupStatuses: [],
  lockedOut: false,
  enrolled: true,
} as const

describe('who may sign in', () => {
  test('asks an active user with a device for a factor', () => {
    assert.equal(decide(enrolled, 'deny').kind, 'auth')
  })

  test('follows the policy for new users without a device, or with an unknown name', () => {
    for (const [policy, kind] of [
      ['enroll', 'enroll'],
      ['allow', 'allow'],
      ['deny', 'deny'],
    ] as const) {
      assert.equal(decide({ ...enrolled, enrolled: false }, policy).kind, kind)
      assert.equal(decide({ ...enrolled, status: undefined, enrolled: false }, policy).kind, kind)
    }
  })

  test('denies a refused name regardless of the policy for new users', () => {
    for (const policy of ['enroll', 'allow', 'deny'] as const) {
      for (const nameRefusal of ['look_alike', 'invalid'] as const) {
        const unknown = { ...enrolled, status: undefined, enrolled: false, nameRefusal }
        assert.equal(decide(unknown, policy).kind, 'deny')
      }
    }
  })

  test('lets groups take precedence over the user, and the strictest over all', () => {
    for (const [status, groupStatuses, lockedOut, kind] of [
      ['active', ['bypass'], false, 'allow'],
      ['bypass', ['disabled'], false, 'deny'],
      ['disabled', ['bypass'], false, 'deny'],
      ['active', ['bypass', 'disabled'], false, 'deny'],
      ['bypass', [], true, 'deny'],
      ['locked out', ['bypass'], false, 'deny'],
      ['active', ['active'], false, 'auth'],
    ] as const) {
      const subject = { ...enrolled, status, groupStatuses, lockedOut }
      assert.equal(decide(subject, 'allow').kind, kind, JSON.stringify(subject))
    }
  })
})
