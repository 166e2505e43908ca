import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { TestService } from '../../../../rig/service.ts'

describe('the page of a user', () => {
  let service: TestService
  let client: AdminClient
  let userId: string
  let ikey: string
  before(async () => {
    service = await TestService.start()
    client = await AdminClient.signedIn(service)
    userId = (await service.addUser({ username: 'alice' })).userId
    ikey = (await service.addIntegration('radius')).ikey
  })
  after(() => service.close())

  test('has the devices and groups of the user', async () => {
    const { body: phone } = await client.post(`users/${userId}/phones`, { number: '+12025550101' })
    const { body: group } = await client.post('groups', { name: 'Sales' })
    const { body: joined } = await client.post(`users/${userId}/groups`, {
      group_id: group.group_id,
    })
    assert.partialDeepStrictEqual(joined, {
      phones: [{ phone_id: phone.phone_id, number: '+12025550101', push: false }],
      tokens: [],
      passkeys: [],
      bypass_codes: [],
      groups: [{ group_id: group.group_id, name: 'Sales', status: 'active' }],
    })
    const { body: left } = await client.call('DELETE', `users/${userId}/groups/${group.group_id}`)
    assert.deepEqual(left.groups, [])
  })

  test('has one timeline of changes with their old and new values, page by page', async () => {
    await client.call('PATCH', `users/${userId}`, { realname: 'Alice Adams' })
    const { body } = await client.get(`users/${userId}/timeline?limit=1`)
    assert.partialDeepStrictEqual(body.items, [
      {
        kind: 'change',
        action: 'user_update',
        changes: { realname: { before: '', after: 'Alice Adams' } },
      },
    ])
    const { body: rest } = await client.get(`users/${userId}/timeline?after=${body.next}`)
    const actions = (rest.items as readonly { readonly action: string }[]).map(
      ({ action }) => action,
    )
    assert.deepEqual(actions, ['group_member_remove', 'group_member_add', 'phone_create'])
    assert.equal(rest.next, null)
  })

  test('explains a sign-in, and refuses what is no address', async () => {
    const { body } = await client.get(`users/${userId}/explain?ikey=${ikey}&ip=192.0.2.1`)
    assert.partialDeepStrictEqual(body, { username: 'alice', ikey, result: 'auth', reason: null })
    const [first] = body.steps as readonly { readonly step: string }[]
    assert.equal(first?.step, 'application')
    const { body: unknown } = await client.get(`explain?username=nobody&ikey=${ikey}`)
    assert.equal(unknown.user_id, null)
    const refused = await client.get(`users/${userId}/explain?ikey=${ikey}&ip=1.2.3`)
    assert.partialDeepStrictEqual(refused.body.error, { code: 'invalid', field: 'ip' })
  })
})
