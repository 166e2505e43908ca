import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { MailMessage } from '../../../../../src/service/messaging/messaging.ts'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { TestService } from '../../../../rig/service.ts'

describe('invitations in the panel', () => {
  const mails: MailMessage[] = []
  let service: TestService
  let client: AdminClient
  let userId: string
  before(async () => {
    const mail = { send: async (message: MailMessage) => void mails.push(message) }
    service = await TestService.start({ delivery: { mail } })
    client = await AdminClient.signedIn(service)
    userId = (await service.addUser({ username: 'nina', email: 'nina@example.com' })).userId
  })
  after(() => service.close())

  test('mails the link, which no answer and no log has', async () => {
    const { body, text } = await client.post(`users/${userId}/invite`)
    assert.partialDeepStrictEqual(body, { sent_to: 'nina@example.com', link: null })
    const [code = ''] = /[\w-]{20,}$/m.exec(mails.at(-1)?.text ?? '') ?? []
    assert.notEqual(code, '')
    assert.equal(text.includes(code), false)
    assert.equal((await client.get(`users/${userId}/timeline`)).text.includes(code), false)
    const { body: user } = await client.get(`users/${userId}`)
    assert.partialDeepStrictEqual(user, { invitation: { state: 'sent' } })
  })

  test('a link replaces the mailed one, and is shown once', async () => {
    const { body } = await client.post(`users/${userId}/invite`, { by_link: true })
    assert.match(String(body.link), /^https:\/\//)
    const { body: list } = await client.get('invitations')
    const states = (list.items as readonly { readonly state: string }[]).map(({ state }) => state)
    assert.deepEqual(states, ['created', 'replaced'])
    const { body: open } = await client.get('invitations?state=created')
    assert.equal((open.items as readonly unknown[]).length, 1)
  })

  test('asks for an address if the user has none', async () => {
    const { userId: other } = await service.addUser({ username: 'olga' })
    const refused = await client.post(`users/${other}/invite`)
    assert.partialDeepStrictEqual(refused.body.error, { code: 'invalid', field: 'email' })
    const sent = await client.post(`users/${other}/invite`, { email: 'olga@example.com' })
    assert.equal(sent.body.sent_to, 'olga@example.com')
  })

  test('ends the open invitation on request', async () => {
    assert.equal((await client.call('DELETE', `users/${userId}/invitation`)).status, 200)
    const { body } = await client.get('invitations?state=revoked')
    assert.partialDeepStrictEqual(body, { items: [{ username: 'nina', state: 'revoked' }] })
    assert.partialDeepStrictEqual((await client.get('invitations?state=created')).body, {
      items: [],
    })
    assert.equal((await client.call('DELETE', `users/${userId}/invitation`)).status, 404)
  })
})
