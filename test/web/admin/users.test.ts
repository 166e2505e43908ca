import assert from 'node:assert/strict'
import type { MailMessage } from '../../../src/service/messaging/messaging.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

const markup = '<img src=x onerror=alert(1)>'

story('users in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  const mails: MailMessage[] = []
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  before(async () => {
    const mail = { send: async (message: MailMessage) => void mails.push(message) }
    service = await TestService.start({ delivery: { mail } })
    await service.addIntegration('radius')
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/users')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  step('says what to do if there is no user', async () => {
    await admin.shows('Users')
    await admin.text('There are no users yet')
    await looksRight(admin.page, 'admin-users-empty')
  })

  step('adds a user, and mails the invitation', async () => {
    await admin.page.getByRole('link', { name: 'Add a user' }).first().click()
    await admin.type('Username', 'alice')
    await admin.type('Name', markup)
    await admin.type('E-mail address', 'alice@example.com')
    await looksRight(admin.page, 'admin-user-add')
    await admin.answer('Add')
    await admin.shows('alice')
    await admin.text(markup)
    await admin.text('Sent to alice@example.com')
    assert.equal(mails.length, 1)
  })

  step('adds two phones, and changes their order', async () => {
    for (const [name, number] of [
      ['Work', '+12025550143'],
      ['Home', ''],
    ] as const) {
      await admin.page.getByRole('link', { name: 'Add a phone' }).click()
      await admin.type('Number', number)
      await admin.type('Name', name)
      await admin.answer('Add')
      await admin.page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    const phones = admin.page.getByRole('list', { name: 'Phones' }).getByRole('listitem')
    const comesFirst = (name: string) => phones.filter({ hasText: name }).first().waitFor()
    const saved = async (name: string, move: () => Promise<void>) => {
      const answer = admin.page.waitForResponse((response) =>
        response.url().endsWith('phone_order'),
      )
      await move()
      assert.equal((await answer).status(), 200)
      await comesFirst(name)
      assert.match((await phones.first().textContent()) ?? '', new RegExp(name))
    }
    await saved('Home', () => admin.press('Move Home up'))
    await saved('Work', async () => {
      await admin.page.getByRole('button', { name: /^Work .*: number 2/ }).focus()
      await admin.page.keyboard.press('ArrowUp')
    })
    await saved('Home', async () => {
      const handle = await admin.page.getByRole('button', { name: /^Home: number 2/ }).boundingBox()
      const target = await phones.first().boundingBox()
      assert.ok(handle !== null && target !== null)
      await admin.page.mouse.move(handle.x + 10, handle.y + 10)
      await admin.page.mouse.down()
      await admin.page.mouse.move(handle.x + 10, target.y + 4, { steps: 5 })
      await admin.page.mouse.up()
    })
    await admin.page.reload()
    await comesFirst('Home')
    assert.match((await phones.first().textContent()) ?? '', /Home/)
  })

  step('creates a bypass code, which is shown once', async () => {
    await admin.page.getByRole('link', { name: 'Create codes' }).click()
    await admin.answer('Create')
    const code = await admin.page.getByRole('textbox', { name: 'Code 1' }).inputValue()
    assert.match(code, /^\d{9}$/)
    await admin.answer('Done')
    await admin.lacks(admin.page.getByText(code))
    await admin.text('1 left')
    await looksRight(admin.page, 'admin-user')
  })

  step('locks and unlocks the user', async () => {
    await admin.page.getByRole('link', { name: 'Lock' }).click()
    await admin.answer('Lock')
    await admin.text('Locked by an administrator')
    await admin.press('Unlock')
    await admin.text('alice is unlocked')
  })

  step('shows who did what in the timeline, and keeps the tab in the address', async () => {
    await admin.page.getByRole('tab', { name: 'Timeline' }).click()
    await admin.text(/^User locked by/)
    await admin.arrives(/\?tab=timeline$/)
    await looksRight(admin.page, 'admin-user-timeline')
  })

  step('explains a sign-in step by step', async () => {
    await admin.page.getByRole('tab', { name: 'Explain' }).click()
    await admin.text(/they would be asked for a second factor/)
    await looksRight(admin.page, 'admin-user-explain')
  })

  step('removes the user after the name is typed, and restores them', async () => {
    await admin.page.getByRole('tab', { name: 'Overview' }).click()
    await admin.page.getByRole('link', { name: 'Remove', exact: true }).last().click()
    await admin.text('2 phones')
    await admin.page.getByRole('dialog').getByRole('textbox').fill('alice')
    await looksRight(admin.page, 'admin-user-remove')
    await admin.answer('Remove')
    await admin.shows('Users')
    await admin.page.getByRole('link', { name: 'Trash' }).click()
    await admin.page.getByRole('link', { name: 'alice' }).click()
    await admin.press('Restore')
    await admin.text('alice is restored')
  })

  step('finds the user by the palette', async () => {
    await admin.page.keyboard.press('Control+k')
    await admin.page.getByRole('combobox').fill('ali')
    await admin.page.getByRole('option', { name: /alice/ }).first().click()
    await admin.shows('alice')
    await admin.page.goto('/admin/users')
    await admin.text('1 user')
    await looksRight(admin.page, 'admin-users')
  })

  step('makes the browser report no error and no violation of the policy', async () => {
    admin.assertClean()
  })
})
