import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { MailMessage } from '../../../../../src/service/messaging/messaging.ts'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { png } from '../../../../rig/png.ts'
import { TestService } from '../../../../rig/service.ts'

describe('settings in the panel', () => {
  let service: TestService
  let client: AdminClient
  const mails: MailMessage[] = []
  before(async () => {
    const written = { threshold: 7, lockMs: 600_000 }
    service = await TestService.start({
      config: { lockout: written, writtenLines: new Map([['lockout.threshold', 2]]) },
      delivery: {
        mail: {
          send: async (mail) => {
            mails.push(mail)
          },
        },
      },
    })
    client = await AdminClient.signedIn(service)
  })
  after(() => service.close())

  const read = async (key: string) => {
    const { body } = await client.get('settings')
    const items: readonly Record<string, unknown>[] = Array.isArray(body.items) ? body.items : []
    return items.find((item) => item.key === key)
  }
  const change = (changes: object) => client.call('PATCH', 'settings', { changes })

  test('lists every setting with its meaning, and none that has no effect', async () => {
    assert.partialDeepStrictEqual(await read('name'), {
      group: 'organisation',
      label: 'Name of the organisation',
      input: 'text',
      value: 'Countersign',
      source: 'default',
      fixed_by: null,
    })
    assert.equal(await read('password_requires_numeric'), undefined)
  })

  test('changes several at once, and returns one to its default', async () => {
    const { status } = await change({ name: 'Example Corp', enrolment_reminders: 1 })
    assert.equal(status, 200)
    assert.partialDeepStrictEqual(await read('name'), { value: 'Example Corp', source: 'stored' })
    assert.partialDeepStrictEqual((await client.get('session')).body, {
      organisation: { name: 'Example Corp' },
    })
    await change({ enrolment_reminders: null })
    assert.partialDeepStrictEqual(await read('enrolment_reminders'), {
      value: 2,
      source: 'default',
    })
    const { body } = await client.get('logs/administrator?action=settings_update')
    assert.partialDeepStrictEqual(body.items, [
      { object: 'enrolment_reminders' },
      { object: 'enrolment_reminders' },
      { object: 'name' },
    ])
  })

  test('names the field of a wrong value, and changes nothing', async () => {
    const refused = await change({ name: 'Other', log_retention_days: -1 })
    assert.equal(refused.status, 400)
    assert.deepEqual(refused.body.error, {
      code: 'invalid',
      field: 'log_retention_days',
      message: 'Must be an integer from 0 to 36500.',
    })
    assert.partialDeepStrictEqual(await read('name'), { value: 'Example Corp' })
  })

  test('says which line of countersign.cfg fixes a setting', async () => {
    assert.partialDeepStrictEqual(await read('lockout_threshold'), {
      value: 7,
      source: 'file',
      fixed_by: 'countersign.cfg:2',
    })
    const refused = await change({ lockout_threshold: 9 })
    assert.equal(refused.status, 409)
    assert.match(refused.text, /countersign\.cfg:2; remove that line/)
  })

  test('replaces and removes the logo', async () => {
    const image = png(64, 64).toString('base64')
    const { body } = await client.call('PUT', 'settings/logo', { png: image })
    const { url } = Object(body.logo)
    assert.match(String(url), /^\/organisation\/logo\.png\?v=/)
    const served = await service.send({ method: 'GET', path: String(url) })
    assert.equal(served.status, 200)
    const wrong = Buffer.from('<svg onload=alert(1)>').toString('base64')
    const refused = await client.call('PUT', 'settings/logo', { png: wrong })
    assert.partialDeepStrictEqual(refused.body.error, { code: 'invalid', field: 'logo' })
    const large = await client.call('PUT', 'settings/logo', {
      png: Buffer.alloc(250 * 1024).toString('base64'),
    })
    assert.match(large.text, /250 KB; choose an image of at most 200 KB/)
    const removed = await client.call('DELETE', 'settings/logo')
    assert.deepEqual(removed.body.logo, { url: null, fixed_by: null })
  })

  test('sends a test mail to the administrator', async () => {
    const { body } = await client.post('settings/test-mail')
    assert.deepEqual(body, { problem: null })
    assert.match(mails.at(-1)?.subject ?? '', /Mail works/)
  })

  test('asks for a factor again before a setting that can weaken sign-ins', async () => {
    await service.store.db.updateTable('administrator_sessions').set({ stepped_up: null }).execute()
    const refused = await change({ two_person_approval: true })
    assert.partialDeepStrictEqual(refused.body.error, { code: 'step_up_required' })
    assert.equal((await change({ timezone: 'Europe/Berlin' })).status, 200)
  })

  test('shows roles without the permit a read-only view, or none', async () => {
    const helpDesk = await AdminClient.signedIn(service, { role: 'Help Desk' })
    assert.equal((await helpDesk.get('settings')).status, 200)
    const refused = await helpDesk.call('PATCH', 'settings', { changes: { name: 'X' } })
    assert.partialDeepStrictEqual(refused.body.error, { code: 'denied', permit: 'settings.edit' })
    const billing = await AdminClient.signedIn(service, { role: 'Billing' })
    assert.equal((await billing.get('settings')).status, 403)
  })
})
