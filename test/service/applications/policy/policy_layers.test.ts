import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  describeSource,
  layersForGroups,
  mergeLayers,
  type PolicyLayer,
} from '../../../../src/service/applications/policy/policy_layers.ts'

const limits = { lockout: { threshold: 10, minutes: 15 }, push_fatigue: { limit: 5, minutes: 30 } }

const contractors: PolicyLayer = {
  level: 'group',
  group: { groupId: 'DG1', name: 'Contractors' },
  policy: {
    policyKey: 'PO1',
    name: 'Strict',
    sections: { authentication_methods: { blocked_auth_list: ['sms'] } },
  },
}
const admins: PolicyLayer = {
  level: 'group',
  group: { groupId: 'DG2', name: 'Admins' },
  policy: {
    policyKey: 'PO2',
    name: 'Admins',
    sections: {
      authentication_methods: { blocked_auth_list: ['phonecall'] },
      lockout: { threshold: 3 },
    },
  },
}
const application: PolicyLayer = {
  level: 'application',
  policy: {
    policyKey: 'PO3',
    name: 'VPN',
    sections: { new_user: { new_user_behavior: 'deny' }, browsers: { from: 'application' } },
  },
}
const global: PolicyLayer = {
  level: 'global',
  policy: {
    policyKey: 'PO4',
    name: 'Global',
    sections: {
      new_user: { new_user_behavior: 'no-mfa' },
      authentication_methods: { require_verified_push: true },
      browsers: { from: 'global' },
      plugins: { from: 'global' },
    },
  },
}

describe('the effective policy', () => {
  test('without any policy every section is the built-in default', () => {
    const { rules, sources } = mergeLayers([], limits)
    assert.equal(rules.new_user.new_user_behavior, 'enroll')
    assert.deepEqual(
      new Set(Object.values(sources).map(describeSource)),
      new Set(['built-in default']),
    )
  })

  test('each section comes whole from the first policy that has it', () => {
    const { rules, sources, unknown } = mergeLayers(
      [contractors, admins, application, global],
      limits,
    )
    assert.deepEqual(rules.authentication_methods, {
      allowed_auth_list: [],
      blocked_auth_list: ['sms'],
      require_verified_push: false,
      verified_push_digits: 3,
    })
    assert.deepEqual(rules.lockout, { threshold: 3, minutes: 15 })
    assert.equal(rules.new_user.new_user_behavior, 'deny')
    assert.deepEqual(unknown, { browsers: { from: 'application' }, plugins: { from: 'global' } })
    assert.deepEqual(
      (['authentication_methods', 'lockout', 'new_user', 'access_hours'] as const).map((name) =>
        describeSource(sources[name]),
      ),
      [
        "policy 'Strict' of group Contractors",
        "policy 'Admins' of group Admins",
        "policy 'VPN' of the application",
        'built-in default',
      ],
    )
  })

  test('the stack order of group policies decides', () => {
    const { rules } = mergeLayers([admins, contractors, global], limits)
    assert.deepEqual(rules.authentication_methods.blocked_auth_list, ['phonecall'])
  })

  test('only the policies of the user’s groups apply', () => {
    const all = [contractors, admins, application, global]
    assert.deepEqual(layersForGroups(all, new Set(['DG2'])), [admins, application, global])
    assert.deepEqual(layersForGroups(all, new Set()), [application, global])
  })
})
