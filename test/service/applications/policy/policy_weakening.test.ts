import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PolicyLayer } from '../../../../src/service/applications/policy/policy_layers.ts'
import {
  findWeakenedSections,
  isWeaker,
} from '../../../../src/service/applications/policy/policy_weakening.ts'

type Row = readonly [before: unknown, after: unknown, isWeaker: boolean]

const days = ['mon', 'tue']
const office = { allowed: [{ days, from: '08:00', to: '18:00' }] }
const night = { allowed: [{ days, from: '22:00', to: '06:00' }] }

const sections: Readonly<Record<string, readonly Row[]>> = {
  new_user: [
    [undefined, {}, false],
    [{ new_user_behavior: 'deny' }, { new_user_behavior: 'enroll' }, true],
    [undefined, { new_user_behavior: 'no-mfa' }, true],
    [{ new_user_behavior: 'no-mfa' }, undefined, false],
    [undefined, { new_user_behavior: 'deny' }, false],
    [{ new_user_behavior: 'deny' }, { new_user_behavior: 'deny', later: 1 }, true],
  ],
  authentication_policy: [
    [undefined, { user_auth_behavior: 'bypass' }, true],
    [{ user_auth_behavior: 'deny' }, { user_auth_behavior: 'enforce' }, true],
    [{ user_auth_behavior: 'bypass' }, undefined, false],
  ],
  authentication_methods: [
    [undefined, { blocked_auth_list: ['sms'] }, false],
    [{ blocked_auth_list: ['sms', 'phonecall'] }, { blocked_auth_list: ['phonecall'] }, true],
    [{ blocked_auth_list: ['sms'] }, { blocked_auth_list: ['phonecall'] }, true],
    [{ blocked_auth_list: ['sms'] }, undefined, true],
    [{ require_verified_push: true }, { require_verified_push: false }, true],
    [undefined, { require_verified_push: true, verified_push_digits: 6 }, false],
    [{ verified_push_digits: 6 }, { verified_push_digits: 4 }, true],
    [undefined, { allowed_auth_list: ['sms'] }, false],
  ],
  authorized_networks: [
    [{ blocked: { ip_list: ['192.0.2.0/24'] } }, { blocked: { ip_list: [] } }, true],
    [{ blocked: { ip_list: ['192.0.2.0/24'] } }, { blocked: { ip_list: ['192.0.2.0/25'] } }, true],
    [undefined, { blocked: { ip_list: ['192.0.2.1'] } }, false],
    [undefined, { no_2fa_required: { ip_list: ['192.0.2.1'] } }, true],
    [{ no_2fa_required: { ip_list: ['192.0.2.1'] } }, undefined, false],
    [undefined, { no_2fa_required: { require_enrollment: false } }, true],
    [{ deny_other_access: true }, { deny_other_access: false }, true],
    [undefined, { mfa_required: { ip_list: ['192.0.2.1'] } }, false],
    [{ mfa_required: { ip_list: ['192.0.2.1'] } }, undefined, false],
    [
      { deny_other_access: true },
      { deny_other_access: true, mfa_required: { ip_list: ['192.0.2.1'] } },
      true,
    ],
    [
      { mfa_required: { ip_list: ['192.0.2.1'] }, no_2fa_required: { ip_list: ['192.0.2.0/24'] } },
      { no_2fa_required: { ip_list: ['192.0.2.0/24'] } },
      true,
    ],
  ],
  user_without_device: [
    [undefined, { behavior: 'deny' }, false],
    [undefined, { behavior: 'enroll' }, true],
    [{ behavior: 'no-mfa' }, undefined, false],
    [{ behavior: 'enroll' }, { behavior: 'deny' }, false],
    [{ behavior: 'deny' }, { behavior: 'enroll' }, true],
    [{ behavior: 'enroll' }, { behavior: 'no-mfa' }, true],
    [{ behavior: 'deny' }, undefined, true],
  ],
  access_hours: [
    [undefined, office, false],
    [office, undefined, true],
    [office, { allowed: [{ days: ['mon'], from: '09:00', to: '17:00' }] }, false],
    [office, { allowed: [{ days, from: '07:00', to: '18:00' }] }, true],
    [office, { allowed: [{ days: ['sat'], from: '09:00', to: '17:00' }] }, true],
    [office, { ...office, time_zone: 'Europe/Berlin' }, true],
    [night, { allowed: [{ days: ['mon'], from: '22:00', to: '06:00' }] }, false],
    [night, { allowed: [{ days, from: '23:00', to: '05:00' }] }, true],
    [office, night, true],
  ],
  lockout: [
    [{ threshold: 10 }, { threshold: 5 }, false],
    [{ threshold: 5 }, { threshold: 10 }, true],
    [{ minutes: 30 }, { minutes: 10 }, true],
    [undefined, { threshold: 3 }, true],
    [{ threshold: 3 }, undefined, true],
  ],
  push_fatigue: [
    [{ limit: 5 }, { limit: 3 }, false],
    [{ limit: 5 }, { limit: 0 }, true],
    [{ limit: 0 }, { limit: 5 }, false],
    [{ minutes: 30 }, { minutes: 10 }, true],
    [{ minutes: 30 }, { minutes: 60 }, false],
  ],
  browsers: [
    [undefined, { blocked_browsers_list: ['ie'] }, true],
    [{ blocked_browsers_list: ['ie'] }, { blocked_browsers_list: ['ie'] }, false],
    [{ blocked_browsers_list: ['ie'] }, undefined, true],
  ],
}

describe('a change of a section', () => {
  for (const [section, rows] of Object.entries(sections)) {
    test(`${section}: is weaker if it asks less, or if nobody knows`, () => {
      for (const [before, after, expected] of rows) {
        const text = `${JSON.stringify(before)} → ${JSON.stringify(after)}`
        assert.equal(isWeaker(section, before, after), expected, text)
      }
    })
  }

  test('a section that cannot be read denies everyone, so a readable one is weaker', () => {
    const unreadable = { new_user_behavior: 'later' }
    assert(isWeaker('new_user', unreadable, { new_user_behavior: 'deny' }))
    assert(!isWeaker('new_user', { new_user_behavior: 'deny' }, unreadable))
  })
})

const group = (groupId: string, policyKey: string, behavior: string): PolicyLayer => ({
  level: 'group',
  group: { groupId, name: groupId },
  policy: layerPolicy(policyKey, behavior),
})
const layer = (level: 'application' | 'global', key: string, behavior: string): PolicyLayer => ({
  level,
  policy: layerPolicy(key, behavior),
})
function layerPolicy(policyKey: string, behavior: string) {
  const sections = { new_user: { new_user_behavior: behavior } }
  return { policyKey, name: policyKey, sections }
}
const weakened = (
  before: readonly PolicyLayer[],
  after: readonly PolicyLayer[],
  type = 'radius',
): string[] =>
  findWeakenedSections(
    [{ ikey: 'DI1', type, layers: before }],
    [{ ikey: 'DI1', type, layers: after }],
  )

describe('a change of the policies of an application', () => {
  const [strict, loose] = [layer('application', 'A', 'deny'), layer('application', 'A', 'no-mfa')]
  const global = layer('global', 'G', 'enroll')

  test('a policy that is removed uncovers the next one', () => {
    assert.deepEqual(weakened([strict, global], [global]), ['new_user'])
    assert.deepEqual(weakened([loose, global], [global]), [])
    assert.deepEqual(weakened([strict], []), ['new_user'])
  })

  test('a policy that is added covers the next one', () => {
    assert.deepEqual(weakened([global], [loose, global]), ['new_user'])
    assert.deepEqual(weakened([global], [strict, global]), [])
  })

  test('a change behind a policy with the same section has no effect', () => {
    const looseGlobal = layer('global', 'G', 'no-mfa')
    assert.deepEqual(weakened([strict, global], [strict, looseGlobal]), [])
    const staff = group('DG1', 'S', 'deny')
    assert.deepEqual(weakened([staff, global], [staff, looseGlobal]), ['new_user'])
  })

  test('the order of group policies counts only for users who can be in both groups', () => {
    const [deny, enroll] = [group('DG1', 'S', 'deny'), group('DG2', 'T', 'enroll')]
    assert.deepEqual(weakened([deny, enroll], [enroll, deny]), ['new_user'])
    assert.deepEqual(weakened([enroll, deny], [deny, enroll]), [])
    const second = group('DG1', 'U', 'no-mfa')
    assert.deepEqual(weakened([deny, second], [deny]), [])
  })

  test('the portal shows as many digits as its own policy says', () => {
    const digits = (level: 'application' | 'global', count: number): PolicyLayer => ({
      level,
      policy: {
        policyKey: level,
        name: level,
        sections: { authentication_methods: { verified_push_digits: count } },
      },
    })
    const [own, outer] = [digits('application', 6), digits('global', 8)]
    assert.deepEqual(weakened([own, outer], [outer]), [])
    assert.deepEqual(weakened([own, outer], [outer], 'portal'), ['authentication_methods'])
  })
})
