import assert from 'node:assert/strict'
import type { ScenarioContext } from './scenario.ts'

const groups = '/admin/v1/groups'

export async function groupsFromCreationToDeletion({
  api,
  prefix,
}: ScenarioContext): Promise<void> {
  const created = await api.call('POST', groups, {
    ...{ name: `${prefix} group`, desc: 'd', push_enabled: 1 },
  })
  const { group_id: groupId } = created
  const own = `${groups}/${groupId}`
  assert.deepEqual(await api.call('GET', own), created)
  assert.deepEqual(await api.call('GET', groups, { group_id_list: [groupId] }), [created])
  const listed = await api.call('GET', groups, { limit: 500 })
  assert.ok(listed.some(({ group_id: id }: { group_id: string }) => id === groupId))

  const changed = await api.call('POST', own, { name: `${prefix} group 2`, status: 'bypass' })
  assert.deepEqual(
    [changed.name, changed.desc, changed.status],
    [`${prefix} group 2`, 'd', 'bypass'],
  )
  assert.equal((await api.call('GET', `/admin/v2/groups/${groupId}`)).status, 'Bypass')

  const { user_id: userId, username } = await api.call('POST', '/admin/v1/users', {
    username: `${prefix}-member`,
  })
  const memberships = `/admin/v1/users/${userId}/groups`
  assert.equal(await api.call('POST', memberships, { group_id: groupId }), '')
  assert.equal((await api.call('GET', memberships))[0].group_id, groupId)
  const members = await api.call('GET', `/admin/v2/groups/${groupId}/users`)
  assert.deepEqual(members, [{ user_id: userId, username }])
  assert.equal((await api.call('GET', `/admin/v1/users/${userId}`)).groups[0].status, 'Bypass')
  assert.equal(await api.call('DELETE', `${memberships}/${groupId}`), '')
  assert.deepEqual(await api.call('GET', memberships), [])
  await api.call('DELETE', `/admin/v1/users/${userId}`)

  assert.equal(await api.call('DELETE', own), '')
  assert.deepEqual(await api.refusal('GET', own), [404, 40401, 'group_id'])
}
