import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApplicationLimit } from '../../../../src/service/http/gate/application_limit.ts'
import { ManualClock } from '../../../rig/manual_clock.ts'

const minuteMs = 60_000

describe('ApplicationLimit', () => {
  test('counts the requests of each application per minute', () => {
    const clock = new ManualClock()
    const limit = new ApplicationLimit(2, clock)
    assert.deepEqual([limit.add('one'), limit.add('one')], [0, 0])
    clock.advance(10_000)
    assert.equal(limit.add('one'), 50_000)
    assert.deepEqual([limit.add('two'), limit.add('two')], [0, 0])
    clock.advance(50_000)
    assert.equal(limit.add('one'), 0)
    assert.equal(limit.add('two'), 10_000)
  })

  test('starts a new window if the clock was set back', () => {
    const clock = new ManualClock()
    const limit = new ApplicationLimit(1, clock)
    limit.add('one')
    clock.advance(-minuteMs)
    assert.equal(limit.add('one'), 0)
  })
})
