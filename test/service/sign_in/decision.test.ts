import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mergeLayers } from '../../../src/service/applications/policy/policy_layers.ts'
import type { PolicySections } from '../../../src/service/applications/policy/policy_sections.ts'
import { decide, type SignInFacts } from '../../../src/service/sign_in/decision.ts'

const limits = { lockout: { threshold: 10, minutes: 15 }, push_fatigue: { limit: 5, minutes: 30 } }
const enrolled: SignInFacts = {
  application: { name: 'VPN', type: 'radius', enabled: true, userAccess: 'ALL_USERS' },
  permittedGroups: new Set(),
  status: 'active',
  nameRefusal: undefined,
  groups: [],
  lockedOut: false,
  enrolled: true,
  methods: ['duo-push', 'sms'],
  address: '203.0.113.7',
  now: Date.parse('2026-11-28T12:00:00Z'),
}
const newUsers = (new_user_behavior: string) => ({ new_user: { new_user_behavior } })

function evaluate(facts: Partial<SignInFacts>, sections: PolicySections = {}) {
  const policy = { policyKey: 'PO1', name: 'VPN', sections }
  const effective = mergeLayers([{ level: 'application', policy }], limits)
  return decide({ ...enrolled, ...facts }, effective)
}

describe('the decision on a sign-in', () => {
  test('asks an active user with a device for a factor', () => {
    assert.equal(evaluate({}, newUsers('deny')).decision.kind, 'auth')
  })

  test('follows the policy for new users without a device, or with an unknown name', () => {
    for (const [behavior, kind] of [
      ['enroll', 'enroll'],
      ['no-mfa', 'allow'],
      ['deny', 'deny'],
    ] as const) {
      const sections = newUsers(behavior)
      for (const status of ['active', undefined] as const) {
        assert.equal(evaluate({ enrolled: false, status }, sections).decision.kind, kind)
      }
    }
  })

  test('denies a refused name regardless of the policy for new users', () => {
    for (const behavior of ['enroll', 'no-mfa', 'deny']) {
      for (const nameRefusal of ['look_alike', 'invalid'] as const) {
        const unknown = { status: undefined, enrolled: false, nameRefusal }
        assert.equal(evaluate(unknown, newUsers(behavior)).decision.kind, 'deny')
      }
    }
  })

  test('denies bypass status at the portal', () => {
    const application = {
      name: 'Portal',
      type: 'portal',
      enabled: true,
      userAccess: 'ALL_USERS',
    } as const
    assert.equal(evaluate({ application, status: 'bypass' }).decision.kind, 'deny')
    const groups = [{ groupId: 'DG1', name: 'Staff', status: 'bypass' }] as const
    assert.equal(evaluate({ application, groups }).decision.kind, 'deny')
  })

  test('asks a member of a permitted group', () => {
    const { decision, findings } = evaluate({
      application: { ...enrolled.application, userAccess: 'PERMITTED_GROUPS' },
      permittedGroups: new Set(['DG1']),
      groups: [{ groupId: 'DG1', name: 'Staff', status: 'active' }],
    })
    assert.equal(decision.kind, 'auth')
    const finding = findings.find(({ step }) => step === 'user access')
    assert.equal(finding?.because, 'group Staff is permitted')
  })

  test('names the section that cannot be read, and lets bypass status come first', () => {
    const sections = { new_user: { new_user_behavior: 'ask-later' } }
    const { findings } = evaluate({}, sections)
    assert.match(findings.at(-1)?.because ?? '', /^the section new_user of policy 'VPN' of the app/)
    assert.equal(evaluate({ status: 'bypass' }, sections).decision.kind, 'allow')
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
      const groups = groupStatuses.map((each) => ({ groupId: each, name: each, status: each }))
      const { decision } = evaluate({ status, groups, lockedOut }, newUsers('no-mfa'))
      assert.equal(decision.kind, kind, JSON.stringify({ status, groupStatuses, lockedOut }))
    }
  })
})

const office = {
  authorized_networks: {
    no_2fa_required: { ip_list: ['192.0.2.0/24'] },
    blocked: { ip_list: ['198.51.100.0/24'] },
  },
}
const workdays = {
  access_hours: {
    allowed: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }],
  },
}
const blocked = (...methods: string[]) => ({
  authentication_methods: { blocked_auth_list: methods },
})

/** Each row: facts, sections, the reason of the decision (`auth` for none), the step that decided. */
const rows: readonly (readonly [string, Partial<SignInFacts>, PolicySections, string, string])[] = [
  [
    'a disabled application',
    { application: { ...enrolled.application, enabled: false } },
    {},
    'denied_by_policy',
    'application',
  ],
  [
    'an application that admits no users',
    { application: { ...enrolled.application, userAccess: 'NO_USERS' }, status: 'bypass' },
    {},
    'user_not_in_permitted_group',
    'user access',
  ],
  [
    'a user in no permitted group',
    {
      application: { ...enrolled.application, userAccess: 'PERMITTED_GROUPS' },
      permittedGroups: new Set(['DG1']),
      groups: [{ groupId: 'DG2', name: 'Staff', status: 'active' }],
    },
    {},
    'user_not_in_permitted_group',
    'user access',
  ],
  [
    'a section that cannot be read',
    {},
    { new_user: { new_user_behavior: 'ask-later' } },
    'denied_by_policy',
    'readable policy',
  ],
  [
    'bypass by policy',
    {},
    { authentication_policy: { user_auth_behavior: 'bypass' } },
    'allowed_by_policy',
    'authentication policy',
  ],
  [
    'deny by policy',
    {},
    { authentication_policy: { user_auth_behavior: 'deny' } },
    'denied_by_policy',
    'authentication policy',
  ],
  [
    'bypass status before deny by policy',
    { status: 'bypass' },
    { authentication_policy: { user_auth_behavior: 'deny' } },
    'bypass_user',
    'bypass status',
  ],
  ['a blocked network', { address: '198.51.100.9' }, office, 'denied_network', 'denied networks'],
  [
    'a blocked network for an unknown user',
    { address: '198.51.100.9', status: undefined, enrolled: false },
    office,
    'denied_network',
    'denied networks',
  ],
  [
    'no listed network',
    {},
    { authorized_networks: { deny_other_access: true } },
    'denied_network',
    'denied networks',
  ],
  [
    'no address',
    { address: '' },
    { authorized_networks: { deny_other_access: true } },
    'denied_network',
    'denied networks',
  ],
  [
    'a trusted network',
    { address: '192.0.2.1' },
    office,
    'trusted_network',
    'networks without a second factor',
  ],
  [
    'a trusted network, not enrolled',
    { address: '192.0.2.1', enrolled: false },
    office,
    'deny_unenrolled_user',
    'new user',
  ],
  [
    'a trusted network for everyone',
    { address: '192.0.2.1', enrolled: false },
    {
      authorized_networks: {
        no_2fa_required: { ip_list: '192.0.2.0/24', require_enrollment: false },
      },
    },
    'allow_unenrolled_user_on_trusted_network',
    'networks without a second factor',
  ],
  ['outside the hours', {}, workdays, 'outside_allowed_hours', 'hours'],
  [
    'outside the hours in a trusted network',
    { address: '192.0.2.1' },
    { ...office, ...workdays },
    'outside_allowed_hours',
    'hours',
  ],
  ['within the hours', { now: Date.parse('2026-11-27T12:00:00Z') }, workdays, 'auth', 'methods'],
  [
    'a user without a device',
    { enrolled: false, methods: [] },
    { user_without_device: { behavior: 'deny' } },
    'deny_unenrolled_user',
    'user without a device',
  ],
  [
    'an unknown user where only users without a device are denied',
    { enrolled: false, methods: [], status: undefined },
    { user_without_device: { behavior: 'deny' }, ...newUsers('no-mfa') },
    'allow_unenrolled_user',
    'new user',
  ],
  ['one method blocked', {}, blocked('sms'), 'auth', 'methods'],
  ['every method blocked', {}, blocked('sms', 'duo-push'), 'factor_restricted', 'methods'],
  ['a phone that can do nothing now', { methods: [] }, blocked('sms'), 'auth', 'methods'],
]

describe('the decision by policy', () => {
  for (const [title, facts, sections, reason, step] of rows) {
    test(`${title}: ${reason}`, () => {
      const { decision, findings } = evaluate(facts, sections)
      assert.equal('reason' in decision ? decision.reason : decision.kind, reason)
      assert.equal(findings.at(-1)?.step, step)
    })
  }

  test('each finding names the source of its section', () => {
    const { findings } = evaluate({}, blocked('sms'))
    const sources = findings.flatMap(({ section, source }) => (section ? [[section, source]] : []))
    assert.deepEqual(sources, [
      ['authentication_policy', 'built-in default'],
      ['authorized_networks', 'built-in default'],
      ['access_hours', 'built-in default'],
      ['authorized_networks', 'built-in default'],
      ['user_without_device', 'built-in default'],
      ['new_user', 'built-in default'],
      ['authentication_methods', "policy 'VPN' of the application"],
    ])
  })
})
