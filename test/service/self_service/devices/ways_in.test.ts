import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mayRemove, type WayIn } from '../../../../src/service/self_service/devices/ways_in.ts'

describe('removing a device or passkey', () => {
  const own = (devices: Readonly<Record<string, readonly WayIn[]>>, passkeys: string[] = []) => ({
    devices: Object.entries(devices).map(([id, ways]) => ({ id, ways })),
    passkeys,
  })

  test('refuses to remove the last way in, of any kind', () => {
    for (const way of ['push', 'phone', 'sms', 'passcode'] as const) {
      assert.equal(mayRemove(own({ one: [way] }), 'one'), false)
    }
  })

  test('allows removing one of two devices', () => {
    assert.equal(mayRemove(own({ one: ['push'], two: ['passcode'] }), 'one'), true)
  })

  test('ignores a phone without a way in', () => {
    const both = own({ one: ['push'], unreachable: [] })
    assert.equal(mayRemove(both, 'unreachable'), true)
    assert.equal(mayRemove(both, 'one'), false)
  })

  test('does not count a passkey as a device', () => {
    const both = own({ one: ['push'] }, ['passkey'])
    assert.equal(mayRemove(both, 'one'), false)
    assert.equal(mayRemove(both, 'passkey'), true)
  })

  test('refuses to remove the last passkey of a user without devices', () => {
    assert.equal(mayRemove(own({}, ['passkey']), 'passkey'), false)
    assert.equal(mayRemove(own({}, ['passkey', 'another']), 'passkey'), true)
    assert.equal(mayRemove(own({ unreachable: [] }, ['passkey']), 'passkey'), false)
  })
})
