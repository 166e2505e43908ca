import assert from 'node:assert/strict'
import type { ScenarioContext } from './scenario.ts'

export async function integrationsFromCreationToDeletion({
  api,
  prefix,
}: ScenarioContext): Promise<void> {
  const { group_id: groupId } = await api.call('POST', '/admin/v1/groups', {
    name: `${prefix} permitted`,
  })
  for (const version of ['v1', 'v2', 'v3']) {
    const integrations = `/admin/${version}/integrations`
    const created = await api.call('POST', integrations, {
      ...{ name: `${prefix} ${version} VPN`, type: 'radius', groups_allowed: [groupId] },
      ...{ enroll_policy: 'deny', username_normalization_policy: 'simple', greeting: '' },
    })
    const own = `${integrations}/${created.integration_key}`
    assert.deepEqual(
      [created.groups_allowed, created.user_access, created.enroll_policy],
      [[groupId], 'PERMITTED_GROUPS', 'deny'],
    )
    assert.equal(created.username_normalization_policy, 'Simple')
    const masked = { ...created, secret_key: created.secret_key.replace(/.(?=.{4})/g, '*') }
    assert.deepEqual(await api.call('GET', own), masked)
    const listed = await api.call('GET', integrations)
    const key = created.integration_key
    assert.deepEqual(
      listed.filter(({ integration_key: each }: { integration_key: string }) => each === key),
      [masked],
    )
    const { secret_key: revealed } = await api.call('GET', `${own}/skey`)
    assert.equal(revealed, created.secret_key)

    const changed = await api.call('POST', own, {
      ...{ name: `${prefix} ${version} VPN 2`, notes: 'n', user_access: 'ALL_USERS' },
      ...{ groups_allowed: '', reset_secret_key: 1 },
    })
    assert.deepEqual(
      [changed.name, changed.notes, changed.user_access, changed.groups_allowed],
      [`${prefix} ${version} VPN 2`, 'n', 'ALL_USERS', []],
    )
    assert.notEqual(changed.secret_key, created.secret_key)
    assert.match(changed.secret_key, /^[^*]+$/)

    assert.equal(await api.call('DELETE', own), '')
    assert.deepEqual(await api.refusal('GET', own), [404, 40401, 'integration_key'])
  }
  await api.call('DELETE', `/admin/v1/groups/${groupId}`)
}

export async function permissionsOfAdminApis({ api, prefix }: ScenarioContext): Promise<void> {
  const integrations = '/admin/v3/integrations'
  const created = await api.call('POST', integrations, {
    ...{ name: `${prefix} reader`, type: 'adminapi', adminapi_read_log: 1 },
    networks_for_api_access: '192.0.2.0/24,198.51.100.7',
  })
  assert.deepEqual(
    [created.adminapi_read_log, created.adminapi_info, created.networks_for_api_access],
    [1, 0, '192.0.2.0/24,198.51.100.7'],
  )
  const own = `${integrations}/${created.integration_key}`
  const changed = await api.call('POST', own, { adminapi_info: true, adminapi_read_log: false })
  assert.deepEqual([changed.adminapi_read_log, changed.adminapi_info], [0, 1])
  await api.call('DELETE', own)
}
