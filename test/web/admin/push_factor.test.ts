import assert from 'node:assert/strict'
import type { User } from '../../../src/service/people/user.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import type { PushPhone } from '../../rig/push_phone.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

story('push as a factor of administrators in a browser', { skip: skipChromium }, (tell) => {
  const { before, after, step } = tell
  let service: TestService
  let chromium: Chromium
  let owner: AdminPage
  let user: User
  let phone: PushPhone
  before(async () => {
    service = await TestService.start()
    chromium = await Chromium.start(service.service.port)
    owner = await AdminPage.signedIn(chromium, service, '/account', { name: 'Olivia Owner' })
    await owner.shows('Your account')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  async function shownCode(): Promise<string> {
    return (await owner.page.locator('.push-digits > [aria-hidden]').textContent()) ?? ''
  }

  step('the panel explains what is needed while there is no phone', async () => {
    await owner.page.getByRole('link', { name: 'Add', exact: true }).click()
    await owner.page.getByRole('button', { name: /Push to the Countersign app/ }).waitFor()
    await looksRight(owner.page, 'admin-push-choice')
    await owner.press(/Push to the Countersign app/)
    await owner.text('No phone to add')
    await looksRight(owner.page, 'admin-push-no-phone')
  })

  step('lists the phones of the user with the same address, and adds one', async () => {
    const { email } = await service.store.db
      .selectFrom('administrators')
      .select('email')
      .executeTakeFirstOrThrow()
    user = await service.addUser({ username: 'olivia', email })
    phone = await service.addPushPhone(user.userId, { name: 'Olivia’s Pixel' })
    await owner.press('Look again')
    await owner.page.getByRole('button', { name: /Olivia’s Pixel/ }).waitFor()
    await looksRight(owner.page, 'admin-push-phones')
    await owner.press(/Olivia’s Pixel/)
    await owner.text('Type this code into the app on Olivia’s Pixel')
    await looksRight(owner.page, 'admin-push-add')
    const code = await shownCode()
    assert.match(code, /^\d{4}$/)
    await phone.answerNext('approve', { code })
    await owner.text('Factor added')
    await owner.text(/Push to the app · added/)
    await looksRight(owner.page, 'admin-push-added')
  })

  step('a push that is denied signs nobody in, and another one can be sent', async () => {
    await owner.signOut()
    await owner.typePassword()
    await owner.shows('Confirm it’s you')
    await looksRight(owner.page, 'admin-push-sign-in')
    await owner.press('Send a push')
    await owner.press('Cancel')
    await phone.answerNext('deny')
    await owner.press('Send a push')
    await owner.text('Type this code into the app on Olivia’s Pixel')
    await phone.answerNext('deny')
    await owner.page.getByRole('alert').getByText('denied on the phone').waitFor()
    await looksRight(owner.page, 'admin-push-denied')
  })

  step('signs in once the code is typed into the app', async () => {
    await owner.press('Send again')
    await owner.text('Type this code into the app')
    await looksRight(owner.page, 'admin-push-code')
    await phone.answerNext('approve', { code: await shownCode() })
    await owner.shows('Dashboard')
  })

  step('confirms a change in place', async () => {
    await owner.page.goto('/admin/administrators/invite')
    await service.store.db.updateTable('administrator_sessions').set({ stepped_up: 0 }).execute()
    await owner.type('Name', 'Bea')
    await owner.type('E-mail address', 'bea@example.com')
    await owner.answer('Invite')
    await owner.answer('Send a push')
    await owner.text('Type this code into the app')
    await looksRight(owner.page, 'admin-push-step-up')
    await phone.answerNext('approve', { code: await shownCode() })
    await owner.page.getByRole('textbox', { name: 'Link' }).waitFor()
  })

  step('says that a factor can’t be used once the app was activated again', async () => {
    await service.addPushPhone(user.userId, { phoneId: phone.phoneId })
    await owner.page.goto('/admin/account')
    await owner.text('Can’t be used')
    await looksRight(owner.page, 'admin-push-unusable')
    owner.assertClean()
  })
})
