import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AdminClient, addAdministrator } from '../../../../rig/admin_client.ts'
import { TestService } from '../../../../rig/service.ts'

describe('the sign-in of administrators', () => {
  let service: TestService
  before(async () => {
    service = await TestService.start()
  })
  after(() => service.close())

  test('needs the password and a passcode', async () => {
    const ada = await addAdministrator(service.store)
    const client = new AdminClient(service)
    assert.equal((await client.get('session')).body.state, 'none')
    const { email } = ada.administrator
    const begun = await client.post('sign-in', { email, password: ada.password })
    assert.equal(begun.body.state, 'second_factor')
    assert.deepEqual(begun.body.factors, ['totp'])
    const passcode = client.passcode(ada)
    const done = await client.post('sign-in/totp', { passcode })
    assert.equal(done.body.state, 'signed_in')
    assert.partialDeepStrictEqual((await client.get('session')).body, {
      state: 'signed_in',
      admin: { admin_id: ada.administrator.adminId, email, role: 'Owner' },
    })
    const again = new AdminClient(service)
    await again.post('sign-in', { email, password: ada.password })
    const refused = await again.post('sign-in/totp', { passcode })
    assert.equal(refused.status, 400)
    assert.partialDeepStrictEqual(refused.body, { error: { code: 'wrong_code' } })
  })

  test('answers an unknown address like a wrong password', async () => {
    const { administrator } = await addAdministrator(service.store)
    const client = new AdminClient(service)
    const wrong = await client.post('sign-in', { email: administrator.email, password: 'x' })
    const unknown = await client.post('sign-in', { email: 'nobody@example.com', password: 'x' })
    assert.equal(wrong.status, 401)
    assert.deepEqual(unknown.body, wrong.body)
    assert.equal(client.cookie, undefined)
  })

  test('gives the session a new token at each step', async () => {
    const ada = await addAdministrator(service.store)
    const client = new AdminClient(service)
    await client.post('sign-in', { email: ada.administrator.email, password: ada.password })
    const before = client.cookie
    await client.post('sign-in/totp', { passcode: client.passcode(ada) })
    assert.notEqual(client.cookie, before)
    const old = new AdminClient(service)
    old.cookie = before
    assert.equal((await old.get('session')).body.state, 'none')
    const signedIn = client.cookie
    await client.post('step-up/totp', { passcode: client.passcode(ada) })
    old.cookie = signedIn
    assert.equal((await old.get('session')).body.state, 'none')
    assert.equal((await client.get('session')).body.state, 'signed_in')
  })

  test('ends at sign-out, with what the browser cached', async () => {
    const client = await AdminClient.signedIn(service)
    const stolen = new AdminClient(service)
    stolen.cookie = client.cookie
    const { headers } = await client.post('sign-out')
    assert.equal(headers['clear-site-data'], '"cache"')
    assert.equal((await stolen.get('session')).body.state, 'none')
  })
})

describe('requests to the panel', () => {
  let service: TestService
  let client: AdminClient
  before(async () => {
    service = await TestService.start()
    client = await AdminClient.signedIn(service)
  })
  after(() => service.close())

  const foreign: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['from another origin', { origin: 'https://evil.example' }],
    ['without an origin', { origin: '' }],
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['without the custom header', { 'x-countersign-admin': '' }],
    ['with the type of a form', { 'content-type': 'text/plain' }],
  ]
  for (const [title, headers] of foreign) {
    test(`${title} change nothing`, async () => {
      const { status } = await client.call('POST', 'sign-out', {}, headers)
      assert.ok(status === 403 || status === 415, String(status))
      assert.equal((await client.get('session')).body.state, 'signed_in')
    })
  }

  test('are not stored by the browser', async () => {
    const { headers } = await client.get('session')
    assert.equal(headers['cache-control'], 'no-store')
  })

  test('from another browser end the session', async () => {
    const thief = await AdminClient.signedIn(service)
    const headers = { 'user-agent': 'curl/8.0' }
    assert.equal((await thief.call('GET', 'session', {}, headers)).body.state, 'none')
    assert.equal((await thief.get('session')).body.state, 'none')
  })
})

describe('the routes of administrators', () => {
  let service: TestService
  before(async () => {
    service = await TestService.start()
  })
  after(() => service.close())

  test('list and show administrators', async () => {
    const client = await AdminClient.signedIn(service)
    const listed = await client.get('administrators?limit=1')
    assert.partialDeepStrictEqual(listed.body, { items: [{ role: 'Owner', factors: ['totp'] }] })
    const missing = await client.get('administrators/DE000000000000000000')
    assert.equal(missing.status, 404)
    assert.partialDeepStrictEqual(missing.body, { error: { code: 'not_found' } })
    const invalid = await client.get('administrators?limit=0')
    assert.partialDeepStrictEqual(invalid.body, { error: { code: 'invalid', field: 'limit' } })
  })

  test('create an administrator for an owner only', async () => {
    const [owner, helpDesk] = [
      await AdminClient.signedIn(service),
      await AdminClient.signedIn(service, { role: 'Administrator' }),
    ]
    const body = { email: 'grace@example.com', name: 'Grace', role: 'Help Desk' }
    const denied = await helpDesk.post('administrators', body)
    assert.equal(denied.status, 403)
    assert.partialDeepStrictEqual(denied.body, {
      error: { code: 'denied', permit: 'administrators.edit' },
    })
    const created = await owner.post('administrators', body)
    assert.partialDeepStrictEqual(created.body, {
      administrator: { email: body.email, status: 'pending_activation' },
    })
    assert.match(String(created.body.link), /\/admin\/activate#\w{22}$/)
    const taken = await owner.post('administrators', body)
    assert.partialDeepStrictEqual(taken.body, { error: { code: 'conflict', field: 'email' } })
  })
})
