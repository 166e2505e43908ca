import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  describeLocalTime,
  isClockTime,
  isTimeZone,
  isWithinHours,
  weekdays,
} from '../../../../src/service/applications/policy/policy_hours.ts'

const workdays = weekdays.slice(0, 5)
const office = {
  time_zone: 'Europe/Berlin',
  allowed: [{ days: workdays, from: '08:00', to: '18:00' }],
}
const nightShift = {
  time_zone: 'Europe/Berlin',
  allowed: [{ days: ['fri'], from: '22:00', to: '06:00' }],
} as const

describe('access hours', () => {
  for (const [title, hours, time, expected] of [
    ['no hours allow any time', { time_zone: 'UTC', allowed: [] }, '2026-11-29T03:00:00Z', true],
    ['the first minute is allowed', office, '2026-11-27T08:00:00+01:00', true],
    ['the minute before is not', office, '2026-11-27T07:59:59+01:00', false],
    ['the last minute is allowed', office, '2026-11-27T17:59:59+01:00', true],
    ['the end is not', office, '2026-11-27T18:00:00+01:00', false],
    ['another day is not', office, '2026-11-28T12:00:00+01:00', false],
    ['in winter 07:30 UTC is 08:30 in Berlin', office, '2026-11-27T07:30:00Z', true],
    ['in summer 06:30 UTC is 08:30 in Berlin', office, '2026-07-24T06:30:00Z', true],
    ['in winter 06:30 UTC is 07:30 in Berlin', office, '2026-11-27T06:30:00Z', false],
    ['a night begins on its day', nightShift, '2026-11-27T22:00:00+01:00', true],
    ['a night ends on the next day', nightShift, '2026-11-28T05:59:00+01:00', true],
    ['a night does not begin the day before', nightShift, '2026-11-27T05:59:00+01:00', false],
    [
      'Monday night reaches into Tuesday',
      { time_zone: 'UTC', allowed: [{ days: ['sun'], from: '22:00', to: '06:00' }] },
      '2026-11-30T05:00:00Z',
      true,
    ],
    [
      '24:00 ends the day',
      { time_zone: 'UTC', allowed: [{ days: ['fri'], from: '00:00', to: '24:00' }] },
      '2026-11-27T23:59:59Z',
      true,
    ],
    [
      'the zone decides the day',
      { time_zone: 'Pacific/Auckland', allowed: [{ days: ['sat'], from: '00:00', to: '24:00' }] },
      '2026-11-27T12:00:00Z',
      true,
    ],
  ] as const) {
    test(title, () => {
      assert.equal(isWithinHours(hours, Date.parse(time)), expected)
    })
  }

  test('shows the local time', () => {
    assert.equal(
      describeLocalTime('Europe/Berlin', Date.parse('2026-11-28T13:05:00Z')),
      'sat 14:05 Europe/Berlin',
    )
  })

  test('accepts times of the day and IANA zones only', () => {
    assert.deepEqual(['00:00', '24:00', '24:01', '8:00', '12:60'].map(isClockTime), [
      true,
      true,
      false,
      false,
      false,
    ])
    assert.deepEqual(['Europe/Berlin', 'UTC', 'Berlin', ''].map(isTimeZone), [
      true,
      true,
      false,
      false,
    ])
  })
})
