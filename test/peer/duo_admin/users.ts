import assert from 'node:assert/strict'
import type { ScenarioContext } from './scenario.ts'

const users = '/admin/v1/users'

export async function usersFromCreationToDeletion({ api, prefix }: ScenarioContext): Promise<void> {
  const created = await api.call('POST', users, {
    ...{ username: `${prefix}-zoë (1) *'!~ &=+%`, alias1: `${prefix}-zoe`, realname: 'Zoë' },
    ...{ email: `${prefix}@example.com`, notes: 'new', status: 'bypass', firstname: 'Zoë' },
  })
  const own = `${users}/${created.user_id}`
  assert.deepEqual([created.status, created.alias1], ['bypass', `${prefix}-zoe`])
  assert.deepEqual(await api.call('GET', own), created)
  for (const lookup of [
    { username: created.username },
    { username: `${prefix}-zoe` },
    { email: `${prefix}@EXAMPLE.com` },
    { user_id_list: [created.user_id] },
    { username_list: [created.username, 'nobody'] },
  ]) {
    assert.deepEqual(await api.call('GET', users, lookup), [created], JSON.stringify(lookup))
  }

  const changed = await api.call('POST', own, {
    ...{ username: `${prefix}-zoe-2`, lastname: 'Z', status: 'active', alias1: '' },
    aliases: `alias2=${prefix}-second&alias3=${prefix}%40example.com`,
  })
  assert.deepEqual(
    [changed.username, changed.lastname, changed.status, changed.aliases],
    [
      `${prefix}-zoe-2`,
      'Z',
      'active',
      { alias1: `${prefix}-second`, alias2: `${prefix}@example.com` },
    ],
  )

  for (const kind of ['u2ftokens', 'desktoptokens', 'desktopauthenticators']) {
    assert.deepEqual(await api.call('GET', `${own}/${kind}`), [])
  }

  assert.equal(await api.call('DELETE', own), '')
  assert.equal(await api.call('DELETE', own), '')
  assert.deepEqual(await api.call('GET', users, { username: `${prefix}-zoe-2` }), [])
  assert.deepEqual(await api.refusal('GET', own), [404, 40401, 'user_id'])
}

export async function usersInBulk({ api, prefix }: ScenarioContext): Promise<void> {
  const names = [`${prefix}-bulk-1`, `${prefix}-bulk-2`]
  const created = await api.call('POST', `${users}/bulk_create`, {
    users: names.map((username) => ({ username, email: `${username}@example.com` })),
  })
  assert.deepEqual(
    created.map(({ username }: { username: string }) => username),
    names,
  )
  const ids: string[] = created.map(({ user_id: userId }: { user_id: string }) => userId)

  const trashed = await api.call('POST', `${users}/bulk_send_to_trash`, { user_id_list: ids })
  assert.deepEqual([trashed[0].status, trashed[1].status], Array(2).fill('pending deletion'))
  const restored = await api.call('POST', `${users}/bulk_restore`, { user_id_list: ids })
  assert.deepEqual([restored[0].status, restored[1].status], ['active', 'active'])

  const { group_id: groupId } = await api.call('POST', '/admin/v1/groups', {
    name: `${prefix} bulk`,
  })
  const [first = '', second = ''] = ids
  const results = await api.call('POST', '/admin/v1/bulk', {
    operations: [
      { method: 'POST', path: users, body: { username: `${prefix}-bulk-3` } },
      { method: 'POST', path: `${users}/${first}`, body: { realname: 'One' } },
      { method: 'POST', path: `${users}/${first}/groups`, body: { group_id: groupId } },
      { method: 'DELETE', path: `${users}/${first}/groups/${groupId}`, body: {} },
      { method: 'DELETE', path: `${users}/${second}`, body: {} },
      { method: 'POST', path: users, body: { username: names[0] } },
    ],
  })
  assert.deepEqual(
    results.map(({ stat, code }: { stat: string; code?: number }) => code ?? stat),
    ['OK', 'OK', 'OK', 'OK', 'OK', 40003],
  )
  assert.equal(results[1].response.realname, 'One')
  for (const id of [first, results[0].response.user_id]) await api.call('DELETE', `${users}/${id}`)
  await api.call('DELETE', `/admin/v1/groups/${groupId}`)
}

export async function enrolmentByMail({ api, prefix, mails }: ScenarioContext): Promise<void> {
  const email = `${prefix}-enrols@example.com`
  const username = `${prefix}-enrols`
  assert.equal(await api.call('POST', `${users}/enroll`, { username, email, valid_secs: 3600 }), '')
  assert.equal(mails.at(-1)?.to, email)
  const [created] = await api.call('GET', users, { username })
  assert.deepEqual([created.email, created.is_enrolled], [email, false])
  await api.call('DELETE', `${users}/${created.user_id}`)
}
