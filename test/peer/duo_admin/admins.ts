import assert from 'node:assert/strict'
import type { ScenarioContext } from './scenario.ts'

const admins = '/admin/v1/admins'

export async function adminsFromCreationToDeletion({
  api,
  prefix,
  mails,
}: ScenarioContext): Promise<void> {
  const email = `${prefix}-ada@example.com`
  const created = await api.call('POST', admins, {
    ...{ name: 'Ada', email, phone: '+12025550149', role: 'Help Desk', valid_days: 3 },
  })
  assert.deepEqual([created.role, created.status], ['Help Desk', 'Pending Activation'])
  assert.equal(mails.at(-1)?.to, email)
  const own = `${admins}/${created.admin_id}`
  assert.deepEqual(await api.call('GET', own), created)
  const listed = await api.call('GET', admins)
  const isCreated = ({ admin_id: id }: { admin_id: string }) => id === created.admin_id
  assert.deepEqual(listed.filter(isCreated), [created])
  const changed = await api.call('POST', own, { name: 'Ada L.', phone: '', role: 'Read-only' })
  assert.deepEqual([changed.name, changed.phone, changed.role], ['Ada L.', null, 'Read-only'])

  const link = await api.call('POST', `${own}/activation_link`, { valid_days: 2 })
  assert.deepEqual([link.email_sent, link.valid_days], [0, 2])
  const mailed = await api.call('POST', `${own}/activation_link/email`)
  assert.equal(mailed.email_sent, 1)
  assert.ok(mails.at(-1)?.text.includes(mailed.link))
  assert.equal(await api.call('POST', `${own}/reset`), '')
  assert.equal(await api.call('POST', `${own}/clear_inactivity`), '')

  const password = await api.call('GET', `${own}/password_mgmt`)
  assert.equal(password.has_external_password_mgmt, false)
  const off = { has_external_password_mgmt: false }
  assert.deepEqual(await api.call('POST', `${own}/password_mgmt`, off), password)
  assert.deepEqual((await api.call('GET', `${admins}/password_mgmt`)).filter(isCreated), [password])
  assert.equal((await api.call('GET', `${admins}/allowed_auth_methods`)).webauthn_enabled, true)
  assert.deepEqual(await api.call('GET', '/admin/v1/administrative_units'), [])

  assert.equal(await api.call('DELETE', own), '')
  assert.deepEqual(await api.refusal('GET', own), [404, 40401, 'admin_id'])
}

export async function activationsOfAdmins({ api, prefix, mails }: ScenarioContext): Promise<void> {
  const activations = `${admins}/activations`
  const email = `${prefix}-ben@example.com`
  const before = mails.length
  const created = await api.call('POST', activations, {
    ...{ email, admin_name: 'Ben', admin_role: 'Help Desk', send_email: 0, valid_days: 5 },
  })
  assert.deepEqual(
    [created.email, created.admin_role, created.email_sent, created.valid_days],
    [email, 'Help Desk', 0, 5],
  )
  assert.ok(created.link.includes(created.code))
  assert.equal(mails.length, before)
  const isCreated = ({ email: each }: { email: string }) => each === email
  const [listed] = (await api.call('GET', activations)).filter(isCreated)
  assert.deepEqual([listed.admin_role, listed.code, listed.link], ['Help Desk', null, null])
  const { admin_activation_id: id } = listed
  assert.equal((await api.call('GET', `${admins}/${id}`)).name, 'Ben')
  assert.equal(await api.call('DELETE', `${activations}/${id}`), '')
  assert.deepEqual((await api.call('GET', activations)).filter(isCreated), [])
}
