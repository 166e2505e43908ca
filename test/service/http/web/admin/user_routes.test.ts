import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { TestService } from '../../../../rig/service.ts'

describe('the routes of users', () => {
  let service: TestService
  let owner: AdminClient
  before(async () => {
    service = await TestService.start()
    owner = await AdminClient.signedIn(service)
  })
  after(() => service.close())

  const create = async (username: string, more: object = {}) => {
    const { status, text } = await owner.post('users', { username, ...more })
    assert.equal(status, 200, text)
    return JSON.parse(text)
  }
  const names = async (query: string) => {
    const { body, text } = await owner.get(`users?${query}`)
    assert(Array.isArray(body.items), text)
    return body.items.map(({ username }: { username: string }) => username)
  }

  test('creates, changes and shows a user', async () => {
    const made = await create('Ann', { email: 'ann@example.com', aliases: ['ann2'], notes: 'VIP' })
    assert.partialDeepStrictEqual(made, {
      username: 'Ann',
      aliases: ['ann2'],
      status: 'active',
      enrolled: false,
      first_enrolled: null,
      can_sign_in: false,
      phones: 0,
      invitation: null,
      lock: { failed: 0, until: null },
    })
    const change = { firstname: 'Ann', lastname: 'Lee', aliases: ['annie'] }
    const { body } = await owner.call('PATCH', `users/${made.user_id}`, change)
    assert.partialDeepStrictEqual(body, { firstname: 'Ann', lastname: 'Lee', aliases: ['annie'] })
    assert.deepEqual(await names('q=annie'), ['Ann'])
    assert.deepEqual(await names('q=lee'), ['Ann'])
  })

  test('pages and sorts the list', async () => {
    for (const name of ['page1', 'page2', 'page3']) await create(name)
    const body = JSON.parse((await owner.get('users?q=page&limit=2&sort=-username')).text)
    assert.deepEqual(
      body.items.map(({ username }: { username: string }) => username),
      ['page3', 'page2'],
    )
    const next = encodeURIComponent(String(body.next))
    const rest = await owner.get(`users?q=page&limit=2&sort=-username&after=${next}`)
    assert.equal(JSON.parse(rest.text).items.length, 1)
    assert.equal(rest.body.next, null)
    const unknown = await owner.get('users?sort=status')
    assert.equal(unknown.status, 400)
    assert.partialDeepStrictEqual(unknown.body, { error: { code: 'invalid', field: 'sort' } })
  })

  test('filters the list, and counts what each filter finds', async () => {
    const locked = await create('locked')
    const bypass = await create('bypassed', { status: 'bypass' })
    const disabled = await create('disabled1', { status: 'disabled' })
    const enrolled = await service.addUser({ username: 'enrolled1' })
    await service.addPhone(enrolled.userId, '+12025550143')
    assert.equal((await owner.post(`users/${locked.user_id}/lock`)).body.status, 'locked out')
    assert.deepEqual(await names('filter=locked'), ['locked'])
    assert.deepEqual(await names('filter=bypass'), ['bypassed'])
    assert.equal(typeof bypass.bypass.until, 'number')
    assert.deepEqual(await names('filter=disabled'), ['disabled1'])
    assert(!(await names('filter=not_enrolled')).includes('enrolled1'))
    assert((await names('filter=not_enrolled')).includes('disabled1'))
    const { body: counts } = await owner.get('users-counts')
    assert.partialDeepStrictEqual(counts, { locked: 1, bypass: 1, disabled: 1, trash: 0 })
    assert.equal((await owner.post(`users/${locked.user_id}/unlock`)).body.status, 'active')
    assert.equal(disabled.status, 'disabled')
  })

  test('changes the end of a bypass', async () => {
    const { user_id } = await create('bypass2', { status: 'bypass' })
    const path = `users/${user_id}`
    const endless = await owner.call('PATCH', path, { status: 'bypass', bypass_until: null })
    assert.equal(JSON.parse(endless.text).bypass.until, null)
    const over = await owner.call('PATCH', path, { status: 'bypass', bypass_until: 1 })
    assert.equal(over.body.status, 'active')
  })

  test('removes a user only by name, and restores them', async () => {
    const user = await service.addUser({ username: 'removed1' })
    await service.addPhone(user.userId, '+12025550144')
    const path = `users/${user.userId}`
    const { body: consequences } = await owner.get(`${path}/removal`)
    assert.partialDeepStrictEqual(consequences, {
      username: 'removed1',
      phones: 1,
      tokens_returned: 0,
      groups: [],
      days: 7,
    })
    const wrong = await owner.post(`${path}/trash`, { username: 'removed' })
    assert.equal(wrong.status, 400)
    const body = JSON.parse((await owner.post(`${path}/trash`, { username: 'removed1' })).text)
    assert.equal(body.status, 'pending deletion')
    assert.equal(body.trashed.deleted_after - body.trashed.at, 7 * 86_400_000)
    assert.deepEqual(await names('filter=trash'), ['removed1'])
    assert.equal((await owner.post(`${path}/restore`)).body.status, 'active')
    assert.equal((await owner.post(`${path}/restore`)).status, 400)
    const deletion = await owner.call('DELETE', path, { username: 'removed1' })
    assert.deepEqual(deletion.body, { deleted: true })
    assert.equal((await owner.get(path)).status, 404)
  })

  test('a role without the permits sees or changes nothing', async () => {
    const billing = await AdminClient.signedIn(service, { role: 'Billing' })
    assert.equal((await billing.get('users')).status, 403)
    const reader = await AdminClient.signedIn(service, { role: 'Read-only' })
    assert.equal((await reader.get('users')).status, 200)
    const refused = await reader.post('users', { username: 'no' })
    assert.equal(refused.status, 403)
    assert.partialDeepStrictEqual(refused.body, {
      error: { code: 'denied', permit: 'users.create' },
    })
  })
})
