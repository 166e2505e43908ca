import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decide } from '../../../src/service/authentication/policy.ts'

const enrolled = { status: 'active', groupStatuses: [], lockedOut: false, enrolled: true } as const

describe('who may sign in', () => {
  test('an active user with a device is asked for his factor', () => {
    assert.equal(decide(enrolled, 'deny').kind, 'auth')
  })

  test('a user without one, and one that nobody knows, are as the application says', () => {
    for (const [policy, kind] of [
      ['enroll', 'enroll'],
      ['allow', 'allow'],
      ['deny', 'deny'],
    ] as const) {
      assert.equal(decide({ ...enrolled, enrolled: false }, policy).kind, kind)
      assert.equal(decide({ ...enrolled, status: undefined, enrolled: false }, policy).kind, kind)
    }
  })

  test('a group counts before the user, and what lets in least before all', () => {
    for (const [status, groupStatuses, lockedOut, kind] of [
      ['active', ['bypass'], false, 'allow'],
      ['bypass', ['disabled'], false, 'deny'],
      ['disabled', ['bypass'], false, 'deny'],
      ['active', ['bypass', 'disabled'], false, 'deny'],
      ['bypass', [], true, 'deny'],
      ['locked out', ['bypass'], false, 'deny'],
      ['active', ['active'], false, 'auth'],
    ] as const) {
      const subject = { status, groupStatuses, lockedOut, enrolled: true }
      assert.equal(decide(subject, 'allow').kind, kind, JSON.stringify(subject))
    }
  })
})
