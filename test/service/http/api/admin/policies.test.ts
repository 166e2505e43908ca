import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AdminApiClient } from '../../../../rig/admin_api.ts'
import { TestService } from '../../../../rig/service.ts'

const policies = '/admin/v2/policies'

describe('Admin API: policies', () => {
  let service: TestService
  let admin: AdminApiClient
  let ikey: string
  let groupIds: string[]

  before(async () => {
    service = await TestService.start()
    admin = await AdminApiClient.create(service)
    const application = { name: 'VPN', type: 'radius' }
    ikey = (await admin.ok('POST', '/admin/v3/integrations', application)).integration_key
    groupIds = []
    for (const name of ['staff', 'guests']) {
      groupIds.push((await admin.ok('POST', '/admin/v1/groups', { name })).group_id)
    }
  })
  after(() => service.close())

  test('lists may be comma-separated and booleans text; unknown sections are kept', async () => {
    const browsers = { blocked_browsers_list: 'ie', out_of_date_behavior: 'no-remediation' }
    const created = await admin.ok('POST', policies, {
      policy_name: 'Strict',
      sections: {
        authentication_methods: {
          blocked_auth_list: 'sms, phonecall',
          require_verified_push: 'true',
          verified_push_digits: 4,
        },
        browsers,
      },
    })
    assert.deepEqual(created, {
      is_global_policy: false,
      policy_key: created.policy_key,
      policy_name: 'Strict',
      sections: {
        authentication_methods: {
          blocked_auth_list: ['sms', 'phonecall'],
          require_verified_push: true,
          verified_push_digits: 4,
        },
        browsers,
      },
    })
    const path = `${policies}/${created.policy_key}`
    const changed = await admin.ok('PUT', path, {
      ...{ policy_name: 'Stricter', sections_to_delete: ['browsers'] },
      sections: { new_user: { new_user_behavior: 'deny' } },
    })
    assert.deepEqual(Object.keys(changed.sections), ['authentication_methods', 'new_user'])
    assert.deepEqual(await admin.ok('GET', path), changed)
    const deleted = await admin.ok('PUT', path, { sections: '', sections_to_delete: 'new_user' })
    assert.deepEqual(Object.keys(deleted.sections), ['authentication_methods'])
    assert.equal(await admin.ok('DELETE', path), '')
    assert.deepEqual(await admin.failure('GET', path), [404, 40401, 'policy_key'])
  })

  test('a wrong value names its key', async () => {
    const sections = { new_user: { new_user_behavior: 'maybe' } }
    const [status, code, detail] = await admin.failure('POST', policies, {
      ...{ policy_name: 'wrong', sections },
    })
    assert.deepEqual([status, code], [400, 40002])
    assert.match(String(detail), /^sections\.new_user\.new_user_behavior: /)
  })

  test('global is a key; the first change creates the global policy', async () => {
    const none = await admin.ok('GET', `${policies}/global`)
    assert.deepEqual([none.is_global_policy, none.sections], [true, {}])
    const sections = { new_user: { new_user_behavior: 'no-mfa' } }
    const made = await admin.ok('PUT', `${policies}/global`, { sections })
    assert.deepEqual([made.is_global_policy, made.sections], [true, sections])
    assert.deepEqual(await admin.ok('GET', `${policies}/global`), made)
    assert.deepEqual(await admin.ok('GET', `${policies}/${made.policy_key}`), made)
    const refused = await admin.failure('DELETE', `${policies}/global`)
    assert.equal(refused[1], 40002)
  })

  test('apply to applications and groups; summary shows where, in stack order', async () => {
    const [first = '', second = ''] = groupIds
    const forGroups = await admin.ok('POST', policies, {
      policy_name: 'Groups',
      apply_to_groups_in_apps: {
        apply_group_policies_list: [{ app_integration_key: ikey, group_id_list: [first] }],
      },
    })
    const forApp = await admin.ok('POST', policies, {
      policy_name: 'Application',
      apply_to_apps: { apply_list: [ikey] },
      apply_to_groups_in_apps: {
        apply_group_policies_list: [
          { app_integration_key: ikey, group_id_list: second, group_position: 1 },
        ],
      },
    })
    const summary = await admin.ok('GET', `${policies}/summary`)
    const place = (key: string) =>
      summary.policies.find((policy: { policy_key: string }) => policy.policy_key === key)
        .policy_applies_to
    const app = { app_integration_key: ikey, app_name: 'VPN' }
    assert.deepEqual(place(forGroups.policy_key), [
      {
        ...app,
        apply_type: 'group_app',
        group_position: 2,
        groups: [{ group_id: first, group_name: 'staff' }],
      },
    ])
    assert.deepEqual(place(forApp.policy_key), [
      { ...app, apply_type: 'app', group_position: null, groups: [] },
      {
        ...app,
        apply_type: 'group_app',
        group_position: 1,
        groups: [{ group_id: second, group_name: 'guests' }],
      },
    ])
    assert.equal(summary.policy_count, summary.policies.length)
    assert.deepEqual([summary.response_is_truncated, summary.warnings], [false, []])
    const integration = await admin.ok('GET', `/admin/v3/integrations/${ikey}`)
    assert.equal(integration.policy_key, forApp.policy_key)
    await admin.ok('PUT', `${policies}/${forApp.policy_key}`, {
      apply_to_apps: { unapply_list: ikey },
    })
    const after = await admin.ok('GET', `/admin/v3/integrations/${ikey}`)
    assert.equal(after.policy_key, undefined)
  })

  test('calculate names the policies that took part, and all sections', async () => {
    const user = await admin.ok('POST', '/admin/v1/users', { username: 'calc' })
    const [groupId = ''] = groupIds
    await admin.ok('POST', `/admin/v1/users/${user.user_id}/groups`, { group_id: groupId })
    const parameters = { user_id: user.user_id, integration_key: ikey }
    const { policy_elements: elements, sections } = await admin.ok(
      ...(['GET', `${policies}/calculate`, parameters] as const),
    )
    assert.deepEqual(
      elements.map(({ apply_type, policy_name }: Record<string, string>) => [
        apply_type,
        policy_name,
      ]),
      [
        ['group_app', 'Groups'],
        ['global', 'Global Policy'],
      ],
    )
    assert.equal(sections.new_user.new_user_behavior, 'no-mfa')
    assert.equal(sections.authentication_policy.user_auth_behavior, 'enforce')
    const unknown = await admin.failure('GET', `${policies}/calculate`, {
      ...{ user_id: 'DUX', integration_key: ikey },
    })
    assert.deepEqual(unknown, [400, 40002, 'user_id: there is no such user'])
  })

  test('copies, and changes several at once', async () => {
    const sections = { new_user: { new_user_behavior: 'deny' } }
    const source = await admin.ok('POST', policies, { policy_name: 'Source', sections })
    const { policies: copies } = await admin.ok('POST', `${policies}/copy`, {
      ...{ policy_key: source.policy_key, new_policy_names_list: ['Copy 1', 'Copy 2'] },
    })
    assert.deepEqual(
      copies.map((copy: Record<string, unknown>) => [copy.policy_name, copy.sections]),
      [
        ['Copy 1', sections],
        ['Copy 2', sections],
      ],
    )
    const keys = copies.map((copy: Record<string, unknown>) => copy.policy_key)
    const { policies: changed } = await admin.ok('PUT', `${policies}/update`, {
      policies_to_update: { edit_all_policies: false, edit_list: keys },
      policy_changes: {
        sections: { authentication_policy: { user_auth_behavior: 'deny' } },
        sections_to_delete: ['new_user'],
      },
    })
    assert.deepEqual(
      changed.map((policy: Record<string, unknown>) => policy.sections),
      Array(2).fill({ authentication_policy: { user_auth_behavior: 'deny' } }),
    )
    assert.deepEqual((await admin.ok('GET', `${policies}/${source.policy_key}`)).sections, sections)
    const { metadata } = await admin.envelope('GET', policies, { limit: 2 })
    assert.equal(metadata.next_offset, 2)
  })
})
