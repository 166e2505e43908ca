import assert from 'node:assert/strict'
import type { ScenarioContext } from './scenario.ts'

const phones = '/admin/v1/phones'

export async function phonesFromCreationToDeletion(context: ScenarioContext): Promise<void> {
  const { api, prefix, messages } = context
  const number = `+1202555014${api.version}`
  const created = await api.call('POST', phones, {
    ...{ number: `202-555-014${api.version}`, type: 'mobile', platform: 'google android' },
    name: 'work',
  })
  const { phone_id: phoneId } = created
  const own = `${phones}/${phoneId}`
  assert.deepEqual(
    [created.number, created.type, created.platform],
    [number, 'Mobile', 'Google Android'],
  )
  assert.deepEqual(await api.call('GET', own), created)
  assert.deepEqual(await api.call('GET', phones, { number }), [created])
  assert.ok((await api.call('GET', phones)).length > 0)
  const changed = await api.call('POST', own, { name: 'home', platform: 'apple ios' })
  assert.deepEqual([changed.name, changed.platform], ['home', 'Apple iOS'])

  const { user_id: userId } = await api.call('POST', '/admin/v1/users', {
    username: `${prefix}-with-phone`,
  })
  const ofUser = `/admin/v1/users/${userId}/phones`
  assert.equal(await api.call('POST', ofUser, { phone_id: phoneId }), '')
  assert.equal((await api.call('GET', ofUser))[0].phone_id, phoneId)
  assert.equal((await api.call('GET', own)).users[0].user_id, userId)

  const link = await api.call('POST', `${own}/activation_url`, { install: 1, valid_secs: 3600 })
  assert.match(link.activation_url, /^https:/)
  assert.match(link.installation_url, /^https:/)
  assert.equal(link.valid_secs, 3600)
  const sent = await api.call('POST', `${own}/send_sms_activation`, {
    ...{ install: 1, activation_msg: 'Activate: <acturl>', installation_msg: 'Get: <insturl>' },
  })
  assert.deepEqual(
    messages.slice(-2).map(({ text }) => text),
    [sent.installation_msg, sent.activation_msg],
  )
  assert.match(sent.activation_msg, /^Activate: https:/)
  const { installation_msg: installation } = await api.call('POST', `${own}/send_sms_installation`)
  assert.equal(messages.at(-1)?.text, installation)
  assert.equal(await api.call('POST', `${own}/send_sms_passcodes`), '')
  assert.equal((await api.call('GET', own)).sms_passcodes_sent, true)

  assert.equal(await api.call('DELETE', `${ofUser}/${phoneId}`), '')
  assert.deepEqual(await api.call('GET', ofUser), [])
  assert.equal(await api.call('DELETE', own), '')
  assert.deepEqual(await api.refusal('GET', own), [404, 40401, 'phone_id'])
  await api.call('DELETE', `/admin/v1/users/${userId}`)
}

export async function verificationPushes({ service, api, prefix }: ScenarioContext): Promise<void> {
  const { userId } = await service.addUser({ username: `${prefix}-verified` })
  const app = await service.addPushPhone(userId)
  const own = `/admin/v1/users/${userId}`
  const [{ phone_id: phoneId, last_seen: seen }] = await api.call('GET', `${own}/phones`)
  assert.match(seen, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
  const push = await api.call('POST', `${own}/send_verification_push`, { phone_id: phoneId })
  const read = async (): Promise<string> => {
    const parameters = { push_id: push.push_id }
    return (await api.call('GET', `${own}/verification_push_response`, parameters)).result
  }
  assert.equal(await read(), 'waiting')
  await app.answer(push.push_id, 'approve', { code: push.confirmation_code })
  assert.equal(await read(), 'approve')
  const unknown = { push_id: 'unknown' }
  const refusal = await api.refusal('GET', `${own}/verification_push_response`, unknown)
  assert.deepEqual(refusal, [404, 40401, 'push_id'])
  await api.call('DELETE', own)
}
