import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { MailMessage } from '../../../../../src/service/messaging/messaging.ts'
import { AdminClient, addAdministrator } from '../../../../rig/admin_client.ts'
import { TestService } from '../../../../rig/service.ts'

describe('hourly limits of an administrator', () => {
  const mails: MailMessage[] = []
  const mailed = Promise.withResolvers<void>()
  let service: TestService
  before(async () => {
    service = await TestService.start({
      delivery: {
        mail: {
          send: async (mail) => {
            mails.push(mail)
            if (mails.length === 1) throw new Error('the first owner has no mailbox')
            mailed.resolve()
          },
        },
      },
    })
  })
  after(() => service.close())

  test('are announced to every owner once an hour', async () => {
    const names = ['owner-a@example.com', 'owner-b@example.com']
    const [owner] = await Promise.all(
      names.map((email) => addAdministrator(service.store, { email })),
    )
    assert.ok(owner !== undefined)
    const settings = new AdminClient(service)
    await settings.signIn(owner)
    const { status } = await settings.call('PATCH', 'settings', {
      changes: { admin_exports_per_hour: 1 },
    })
    assert.equal(status, 200)
    const email = 'eve@example.com'
    const client = new AdminClient(service)
    await client.signIn(await addAdministrator(service.store, { email, role: 'Administrator' }))
    assert.equal((await client.get('users/export')).status, 200)
    assert.equal((await client.get('users/export')).status, 429)
    assert.equal((await client.get('logs/administrator/export')).status, 429)
    await mailed.promise
    assert.deepEqual(mails.map(({ to }) => to).sort(), names)
    for (const { subject, text } of mails) {
      assert.match(subject, /hourly limit/)
      assert.match(
        text.replaceAll(/\s+/g, ' '),
        /eve@example\.com .*Exports of an administrator per hour” \(1\)/,
      )
    }
  })
})
