import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mayRemove, type WayIn } from '../../../src/service/self_service/ways_in.ts'

describe('the last way in', () => {
  const own = (devices: Readonly<Record<string, readonly WayIn[]>>, passkeys: string[] = []) => ({
    devices: Object.entries(devices).map(([id, ways]) => ({ id, ways })),
    passkeys,
  })

  test('is not removed, whatever kind it is of', () => {
    for (const way of ['push', 'phone', 'sms', 'passcode'] as const) {
      assert.equal(mayRemove(own({ one: [way] }), 'one'), false)
    }
  })

  test('one of two may go', () => {
    assert.equal(mayRemove(own({ one: ['push'], two: ['passcode'] }), 'one'), true)
  })

  test('a phone that nothing reaches is no way in: it may go, and nobody can stay with it', () => {
    const both = own({ one: ['push'], unreachable: [] })
    assert.equal(mayRemove(both, 'unreachable'), true)
    assert.equal(mayRemove(both, 'one'), false)
  })

  test('a passkey does not stand in for a device: no login over RADIUS takes it', () => {
    const both = own({ one: ['push'] }, ['passkey'])
    assert.equal(mayRemove(both, 'one'), false)
    assert.equal(mayRemove(both, 'passkey'), true)
  })

  test('who has nothing but a passkey keeps it', () => {
    assert.equal(mayRemove(own({}, ['passkey']), 'passkey'), false)
    assert.equal(mayRemove(own({}, ['passkey', 'another']), 'passkey'), true)
    assert.equal(mayRemove(own({ unreachable: [] }, ['passkey']), 'passkey'), false)
  })
})
