import assert from 'node:assert/strict'
import type { ScenarioContext } from './scenario.ts'

const policies = '/admin/v2/policies'

export async function policiesFromCreationToDeletion({
  api,
  prefix,
}: ScenarioContext): Promise<void> {
  const { integration_key: ikey } = await api.call('POST', '/admin/v3/integrations', {
    ...{ name: `${prefix} policed`, type: 'radius' },
  })
  const { group_id: groupId } = await api.call('POST', '/admin/v1/groups', {
    name: `${prefix} policed`,
  })
  const { user_id: userId } = await api.call('POST', '/admin/v1/users', {
    username: `${prefix}-policed`,
  })
  await api.call('POST', `/admin/v1/users/${userId}/groups`, { group_id: groupId })

  const created = await api.call('POST', policies, {
    policy_name: `${prefix} policy`,
    sections: { new_user: { new_user_behavior: 'deny' } },
    apply_to_apps: { apply_list: [ikey] },
  })
  const own = `${policies}/${created.policy_key}`
  assert.equal(created.sections.new_user.new_user_behavior, 'deny')
  assert.deepEqual(await api.call('GET', own), created)
  const listed = await api.call('GET', policies, { limit: 500 })
  assert.ok(
    listed.some(({ policy_key: key }: { policy_key: string }) => key === created.policy_key),
  )
  const integration = await api.call('GET', `/admin/v3/integrations/${ikey}`)
  assert.equal(integration.policy_key, created.policy_key)

  const copies = await api.call('POST', `${policies}/copy`, {
    ...{ policy_key: created.policy_key, new_policy_names_list: [`${prefix} copy`] },
  })
  const copy = copies.policies[0]
  assert.deepEqual([copy.policy_name, copy.sections], [`${prefix} copy`, created.sections])
  await api.call('PUT', `${policies}/${copy.policy_key}`, {
    policy_name: `${prefix} group policy`,
    sections: { authentication_policy: { user_auth_behavior: 'bypass' } },
    sections_to_delete: ['new_user'],
    apply_to_groups_in_apps: {
      apply_group_policies_list: [{ app_integration_key: ikey, group_id_list: [groupId] }],
    },
  })
  const updated = await api.call('PUT', `${policies}/update`, {
    policies_to_update: { edit_list: [created.policy_key, copy.policy_key] },
    policy_changes: { sections: { anonymous_networks: { anonymous_access_behavior: 'deny' } } },
  })
  assert.equal(updated.policies.length, 2)

  const { policies: summarised } = await api.call('GET', `${policies}/summary`)
  const places = summarised.flatMap(
    ({ policy_key: key, policy_applies_to: to }: SummarisedPolicy) =>
      [created.policy_key, copy.policy_key].includes(key) ? to.map((each) => each.apply_type) : [],
  )
  assert.deepEqual(places.sort(), ['app', 'group_app'])
  const { policy_elements: elements, sections } = await api.call('GET', `${policies}/calculate`, {
    ...{ user_id: userId, integration_key: ikey },
  })
  assert.deepEqual(
    elements.slice(0, 2).map((each: { apply_type: string }) => each.apply_type),
    ['group_app', 'app'],
  )
  assert.equal(sections.authentication_policy.user_auth_behavior, 'bypass')
  assert.equal((await api.call('GET', `${policies}/global`)).is_global_policy, true)

  for (const key of [copy.policy_key, created.policy_key]) {
    assert.equal(await api.call('DELETE', `${policies}/${key}`), '')
  }
  assert.deepEqual(await api.refusal('GET', own), [404, 40401, 'policy_key'])
  await api.call('DELETE', `/admin/v3/integrations/${ikey}`)
  await api.call('DELETE', `/admin/v1/groups/${groupId}`)
  await api.call('DELETE', `/admin/v1/users/${userId}`)
}

interface SummarisedPolicy {
  readonly policy_key: string
  readonly policy_applies_to: readonly { readonly apply_type: string }[]
}
