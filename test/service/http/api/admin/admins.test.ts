import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { DeliveryError, type MailMessage } from '../../../../../src/service/messaging/messaging.ts'
import { AdminApiClient } from '../../../../rig/admin_api.ts'
import { TestService } from '../../../../rig/service.ts'

const admins = '/admin/v1/admins'
const logo = Buffer.from('89504e470d0a1a0a', 'hex')

describe('Admin API: administrators', () => {
  let service: TestService
  let admin: AdminApiClient
  let folder: string
  const mails: MailMessage[] = []
  let refused = false

  before(async () => {
    const mail = {
      send: async (message: MailMessage) => {
        if (refused) throw new DeliveryError('DELIVERY_UNREACHABLE', 'the mail server refused it')
        mails.push(message)
      },
    }
    folder = mkdtempSync(join(tmpdir(), 'countersign-'))
    const logoFile = join(folder, 'logo.png')
    writeFileSync(logoFile, logo)
    service = await TestService.start({ delivery: { mail }, config: { logoFile } })
    admin = await AdminApiClient.create(service)
  })
  after(async () => {
    await service.close()
    rmSync(folder, { recursive: true })
  })

  test('the logo is sent as PNG, without an envelope', async () => {
    const { headers, octets } = await admin.call('GET', '/admin/v1/logo', {})
    assert.equal(headers['content-type'], 'image/png')
    assert.deepEqual(octets, logo)
  })

  test('a new administrator gets the activation link by mail', async () => {
    const created = await admin.ok('POST', admins, {
      ...{ name: 'Ada', email: 'ada@example.com', phone: '+12025550149', role: 'Help Desk' },
    })
    assert.deepEqual(created, {
      admin_id: created.admin_id,
      admin_units: [],
      created: created.created,
      email: 'ada@example.com',
      hardtoken: null,
      last_login: null,
      name: 'Ada',
      password_change_required: false,
      phone: '+12025550149',
      restricted_by_admin_units: false,
      role: 'Help Desk',
      status: 'Pending Activation',
      subaccount_role: null,
    })
    assert.equal(mails[0]?.to, 'ada@example.com')
    assert.match(String(mails[0]?.text), /https:\/\/.*\/admin\/activate#/)
    assert.deepEqual(await admin.ok('GET', `${admins}/${created.admin_id}`), created)
    assert.deepEqual(await admin.ok('GET', admins), [created])
    const password = await admin.ok('GET', `${admins}/${created.admin_id}/password_mgmt`)
    assert.equal(password.has_external_password_mgmt, false)
    assert.deepEqual(await admin.failure('GET', `${admins}/DEX`), [404, 40401, 'admin_id'])
  })

  test('an activation answers with its link once', async () => {
    const made = await admin.ok('POST', `${admins}/activations`, {
      ...{ email: 'ben@example.com', admin_role: 'Read-only', valid_days: 3 },
    })
    assert.match(made.link, /\/admin\/activate#/)
    assert.deepEqual([made.email_sent, made.valid_days], [0, 3])
    const listed = await admin.ok('GET', `${admins}/activations`)
    const found = listed.find(({ email }: { email: string }) => email === 'ben@example.com')
    assert.deepEqual([found.link, found.code, found.valid_days], [null, null, 3])
    assert.ok(!JSON.stringify(listed).includes(made.code))
  })

  test('a link whose mail fails is in the answer, which says so', async () => {
    refused = true
    const account = { email: 'cai@example.com', role: 'Read-only', send_email: '1' }
    const made = await admin.ok('POST', `${admins}/activations`, account)
    const path = `${admins}/${made.admin_activation_id}/activation_link/email`
    const again = await admin.ok('POST', path)
    refused = false
    for (const { email_sent: sent, link } of [made, again]) {
      assert.equal(sent, 0)
      assert.match(link, /\/admin\/activate#/)
    }
    assert.equal((await admin.ok('POST', path)).email_sent, 1)
  })

  test('failures name the parameter', async () => {
    const taken = { name: 'Ada', email: 'ADA@example.com', role: 'Owner' }
    const [status, code, detail] = await admin.failure('POST', admins, taken)
    assert.deepEqual([status, code], [400, 40003])
    assert.match(String(detail), /^email: /)
    const role = await admin.failure('POST', admins, {
      ...{ name: 'Cy', email: 'cy@example.com', role: 'King' },
    })
    assert.equal(role[1], 40002)
    assert.match(String(role[2]), /^role: /)
  })

  test('adminapi_admins_read reads only', async () => {
    const reader = await AdminApiClient.create(service, ['adminapi_admins_read'])
    await reader.ok('GET', admins)
    assert.equal((await reader.ok('GET', `${admins}/allowed_auth_methods`)).push_enabled, true)
    const [status] = await reader.failure('POST', admins, { name: 'x', email: 'x@example.com' })
    assert.equal(status, 403)
    assert.deepEqual(await admin.ok('GET', '/admin/v1/administrative_units'), [])
  })

  test('are changed, get a new link, and are deleted', async () => {
    const made = await admin.ok('POST', `${admins}/activations`, { email: 'eve@example.com' })
    const path = `${admins}/${made.admin_activation_id}`
    const changed = await admin.ok('POST', path, { name: 'Eve', role: 'Billing' })
    assert.deepEqual([changed.name, changed.role], ['Eve', 'Billing'])
    const link = await admin.ok('POST', `${path}/activation_link`, { valid_days: 2 })
    assert.match(link.link, /\/admin\/activate#/)
    assert.notEqual(link.link, made.link)
    mails.length = 0
    const mailed = await admin.ok('POST', `${path}/activation_link/email`)
    assert.ok(mails[0]?.text.includes(mailed.link))
    assert.equal(await admin.ok('POST', `${path}/reset`), '')
    assert.equal(await admin.ok('POST', `${path}/clear_inactivity`), '')
    const early = await admin.failure('POST', path, { status: 'Active' })
    assert.deepEqual(early.slice(0, 2), [400, 40002])
    assert.equal((await admin.ok('POST', path, { status: 'Disabled' })).status, 'Disabled')
    assert.equal(await admin.ok('DELETE', path), '')
    assert.equal(await admin.ok('DELETE', path), '')
    assert.deepEqual(await admin.failure('GET', path), [404, 40401, 'admin_id'])
    const external = await admin.failure('POST', `${path}/password_mgmt`, {
      has_external_password_mgmt: true,
    })
    assert.equal(external[1], 40002)
  })

  test('with two-person approval, an application cannot do what needs a second person', async () => {
    const integration = { name: 'kept', type: 'radius' }
    const { integration_key: ikey } = await admin.ok('POST', '/admin/v3/integrations', integration)
    await admin.ok('POST', '/admin/v1/settings', { two_person_approval: true })
    const path = `/admin/v3/integrations/${ikey}`
    for (const [method, target, parameters] of [
      ['GET', `${path}/skey`, {}],
      ['POST', path, { reset_secret_key: 1 }],
      ['POST', admins, { name: 'Own', email: 'own@example.com', role: 'Owner' }],
    ] as const) {
      const [status, code, detail] = await admin.failure(method, target, parameters)
      assert.deepEqual([status, code], [403, 40301], target)
      assert.match(String(detail), /second/)
    }
  })

  test('enrolment by mail creates the user, and sends a link', async () => {
    mails.length = 0
    const parameters = { username: 'newcomer', email: 'new@example.com' }
    assert.equal(await admin.ok('POST', '/admin/v1/users/enroll', parameters), '')
    assert.equal(mails[0]?.to, 'new@example.com')
    assert.match(String(mails[0]?.text), /\/portal#\/enroll\//)
    const [user] = await admin.ok('GET', '/admin/v1/users', { username: 'newcomer' })
    assert.equal(user.email, 'new@example.com')
    await admin.ok('POST', '/admin/v1/users/enroll', parameters)
    assert.equal(mails.length, 2)
  })
})
