import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  checkSections,
  findUnknownKeys,
  readRules,
} from '../../../../src/service/applications/policy/policy_sections.ts'

const limits = { lockout: { threshold: 10, minutes: 15 }, push_fatigue: { limit: 5, minutes: 30 } }

describe('sections of a policy', () => {
  test('an empty policy has the built-in defaults', () => {
    assert.deepEqual(readRules({}, limits).rules, {
      new_user: { new_user_behavior: 'enroll' },
      authentication_policy: { user_auth_behavior: 'enforce' },
      authentication_methods: {
        allowed_auth_list: [],
        blocked_auth_list: [],
        require_verified_push: false,
        verified_push_digits: 3,
      },
      authorized_networks: {
        no_2fa_required: { ip_list: [], require_enrollment: true },
        mfa_required: { ip_list: [] },
        blocked: { ip_list: [] },
        deny_other_access: false,
      },
      user_without_device: { behavior: 'as-new-user' },
      access_hours: { time_zone: 'UTC', allowed: [] },
      ...limits,
    })
  })

  test('lists may be comma-separated and booleans text; both are stored as JSON has them', () => {
    assert.deepEqual(
      checkSections({
        authentication_methods: {
          blocked_auth_list: 'sms, phonecall',
          require_verified_push: 'true',
          verified_push_digits: '6',
        },
        authorized_networks: { no_2fa_required: { ip_list: '192.0.2.1,192.0.2.2' } },
      }),
      {
        authentication_methods: {
          blocked_auth_list: ['sms', 'phonecall'],
          require_verified_push: true,
          verified_push_digits: 6,
        },
        authorized_networks: { no_2fa_required: { ip_list: ['192.0.2.1', '192.0.2.2'] } },
      },
    )
  })

  test('keeps sections and keys that the service does not know', () => {
    const sections = {
      browsers: { blocked_browsers_list: ['ie'], nested: { a: [1, null, { b: false }] } },
      new_user: { new_user_behavior: 'deny', newer_key: 'x' },
      plugins: 'any value',
    }
    assert.deepEqual(checkSections(sections), sections)
  })

  test('finds the sections and keys that are not evaluated', () => {
    const unknown = findUnknownKeys({
      new_usr: {},
      new_user: { new_user_behaviour: 'deny' },
      authorized_networks: { blocked: { ip_lists: [] } },
      lockout: { threshold: 3 },
    })
    assert.deepEqual(
      unknown.map(({ path, name }) => [path, name]),
      [
        ['new_usr', 'new_usr'],
        ['new_user.new_user_behaviour', 'new_user_behaviour'],
        ['authorized_networks.blocked.ip_lists', 'ip_lists'],
      ],
    )
    assert.deepEqual(unknown[2]?.known, ['ip_list'])
  })

  test('reads rules from a stored section with an unknown key', () => {
    const { rules } = readRules({ lockout: { threshold: 3, old_key: 1 } }, limits)
    assert.equal(rules.lockout.threshold, 3)
  })

  for (const [title, sections, message] of [
    [
      'an unknown behaviour',
      { new_user: { new_user_behavior: 'ask' } },
      /^new_user.new_user_behavior: expected one of enroll, no-mfa, deny, not "ask"$/,
    ],
    [
      'an unknown method',
      { authentication_methods: { blocked_auth_list: ['fax'] } },
      /^authentication_methods.blocked_auth_list.0: 'fax' is not a method; choose from duo-push, /,
    ],
    [
      'too many digits',
      { authentication_methods: { verified_push_digits: 9 } },
      /^authentication_methods.verified_push_digits: expected 3 to 8, not 9$/,
    ],
    [
      'an empty limit, which is no 0',
      { push_fatigue: { limit: '' } },
      /^push_fatigue.limit: expected 0 to 100/,
    ],
    [
      'null as a limit',
      { push_fatigue: { limit: null } },
      /^push_fatigue.limit: expected 0 to 100/,
    ],
    [
      'a network that is none',
      { authorized_networks: { blocked: { ip_list: ['10/8'] } } },
      /^authorized_networks.blocked.ip_list.0: '10\/8' is not an address, network or range$/,
    ],
    [
      'an unknown zone',
      { access_hours: { time_zone: 'Berlin' } },
      /^access_hours.time_zone: 'Berlin' is not a time zone; write it like Europe\/Berlin$/,
    ],
    [
      'hours that are empty',
      { access_hours: { allowed: [{ from: '08:00', to: '08:00' }] } },
      /from and to must differ/,
    ],
    [
      'an unknown key of our own section',
      { access_hours: { alowed: [] } },
      /^access_hours.alowed: there is no such key; choose from time_zone, allowed$/,
    ],
    [
      'an unknown key inside a list of our own section',
      { access_hours: { allowed: [{ day: 'mon', from: '08:00', to: '09:00' }] } },
      /^access_hours.allowed.0.day: there is no such key; choose from days, from, to$/,
    ],
    ['a section that is no object', { lockout: 5 }, /^lockout: /],
    ['sections that are no object', [], /^sections: expected a JSON object/],
  ] as const) {
    test(`rejects ${title}`, () => {
      assert.throws(() => checkSections(sections), { code: 'ACCESS_POLICY_SECTION', message })
    })
  }
})
