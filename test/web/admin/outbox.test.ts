import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { Phones } from '../../../src/service/authenticators/phone/phones.ts'
import { Outbox } from '../../../src/service/messaging/outbox/outbox.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { outboxProviders } from '../../rig/outbox_providers.ts'
import { parseResponse, TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

story('the outbox in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  let page: Page
  before(async () => {
    service = await TestService.start({ config: outboxProviders() })
    const { userId } = await service.addUser({ username: 'alice' })
    await service.store.transaction((db) =>
      new Phones().add(userId, { number: '+12025550143' }, Date.now(), db),
    )
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/outbox')
    page = admin.page
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  const auth = (parameters: Readonly<Record<string, string>>) =>
    service.call({ path: '/auth/v2/auth', parameters: { username: 'alice', ...parameters } })

  step('says what there is to do while there is nothing', async () => {
    await admin.shows('Outbox')
    await page.getByText('No messages yet').waitFor()
    await looksRight(page, 'outbox-empty')
  })

  step('a message appears, and its first code signs in', async () => {
    await auth({ factor: 'sms', device: 'auto' })
    const message = page.getByRole('article', { name: 'SMS to +12025550143' })
    const code = message.getByRole('button').first()
    const [passcode = ''] = /\d{5,8}/.exec((await code.getAttribute('aria-label')) ?? '') ?? []
    assert.equal(parseResponse(await auth({ factor: 'passcode', passcode })).result, 'allow')
  })

  step('a call rings, and the key that is pressed settles it', async () => {
    const answered = auth({ factor: 'phone', device: 'auto' })
    const call = page.getByRole('article', { name: 'Incoming call to +12025550143' })
    await call.waitFor()
    await looksRight(page, 'outbox-call')
    await call.getByRole('button', { name: 'Key 5' }).click()
    await call.getByText('Answered.').waitFor()
    await call.getByRole('button', { name: 'Key 1, approve' }).click()
    assert.equal(parseResponse(await answered).result, 'allow')
    await page.getByText('Allowed', { exact: true }).waitFor()
  })

  step('hanging up denies the sign-in', async () => {
    const answered = auth({ factor: 'phone', device: 'auto' })
    await page.getByRole('button', { name: 'Hang up' }).click()
    assert.equal(parseResponse(await answered).result, 'deny')
    await page.getByText('Denied').waitFor()
  })

  step('links in mail work, and markup is shown as text', async () => {
    const outbox = new Outbox(service.folder, { now: () => Date.now() })
    const text = 'Open this link:\n\nhttps://localhost/portal#/enroll/abc\n\n<b>bold</b>'
    await outbox.add({ kind: 'mail', to: 'alice@example.com', subject: 'Welcome', text })
    const mail = page.getByRole('article', { name: 'Mail to alice@example.com' })
    const link = mail.getByRole('link')
    assert.equal(await link.getAttribute('href'), 'https://localhost/portal#/enroll/abc')
    await mail.getByText('<b>bold</b>').waitFor()
    await looksRight(page, 'outbox')
    admin.assertClean()
  })

  step('the portal says that its messages reach nobody', async () => {
    const user = await (await chromium.person()).newPage()
    await user.goto('/portal')
    await user.getByText('Test mode.').waitFor()
    await looksRight(user, 'portal-tried-out')
  })
})
