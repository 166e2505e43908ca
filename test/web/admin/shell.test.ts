import assert from 'node:assert/strict'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

story('the frame of the Admin Panel', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  before(async () => {
    service = await TestService.start()
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.open(chromium, service, '/administrators?q=ada', {
      name: '<b>Ada</b> Lovelace',
    })
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  step('asks for the password, then for a second factor', async () => {
    await admin.shows('Sign in')
    await looksRight(admin.page, 'admin-password')
    await admin.typePassword()
    await admin.shows('Confirm it’s you')
    await looksRight(admin.page, 'admin-second-factor')
  })

  step('keeps the address with its query through the sign-in', async () => {
    await admin.typePasscode('Sign in')
    await admin.shows('Administrators')
    await admin.arrives(/^\/admin\/administrators\?q=ada$/)
  })

  step('shows markup in a name as text', async () => {
    await admin.page.getByRole('button', { name: 'Account of <b>Ada</b> Lovelace' }).waitFor()
  })

  step('Ctrl K finds a page, and Enter opens it', async () => {
    const { keyboard } = admin.page
    await keyboard.press('Control+k')
    await admin.page.getByRole('combobox').fill('dash')
    await admin.page.getByRole('option', { name: 'Dashboard' }).waitFor()
    await looksRight(admin.page, 'admin-palette')
    await keyboard.press('Enter')
    await admin.shows('Dashboard')
    await admin.arrives(/^\/admin\/$/)
  })

  step('moves the focus to the heading of the page, and skips to the content', async () => {
    const focused = () => admin.page.evaluate<string>('document.activeElement.textContent')
    assert.equal(await focused(), 'Dashboard')
    await admin.page.keyboard.press('Control+Home')
    await admin.page.locator('.skip').focus()
    await admin.page.keyboard.press('Enter')
    assert.equal(await admin.page.evaluate<string>('document.activeElement.id'), 'content')
  })

  step('makes the browser report no error and no violation of the policy', async () => {
    admin.assertClean()
  })

  step('keeps the chosen theme, without a flash of the other one', async () => {
    await admin.press('Theme: System')
    await admin.page.getByRole('menuitemradio', { name: 'Dark' }).click()
    const ground = 'getComputedStyle(document.body).backgroundColor'
    assert.equal(await admin.page.evaluate<string>(ground), 'rgb(17, 19, 26)')
    // without the app, the page has only what is there before the first paint
    await admin.page.route('**/assets/admin-*.js', (route) => route.abort())
    await admin.page.reload()
    assert.equal(await admin.page.evaluate<string>(ground), 'rgb(17, 19, 26)')
    await admin.page.unroute('**/assets/admin-*.js')
    await admin.page.reload()
    await admin.press('Theme: Dark')
    await admin.page.getByRole('menuitemradio', { name: 'System' }).click()
  })

  step('has its menu in a drawer on a phone', async () => {
    await admin.page.setViewportSize({ width: 390, height: 844 })
    await admin.press('Menu')
    await admin.page.getByRole('dialog').getByRole('link', { name: 'Administrators' }).click()
    await admin.shows('Administrators')
    await admin.lacks(admin.page.getByRole('dialog'))
    await admin.page.setViewportSize({ width: 1280, height: 860 })
  })

  step('hides pages that the role does not permit, and says what is missing', async () => {
    const desk = await AdminPage.signedIn(chromium, service, '/administrators', {
      role: 'Help Desk',
    })
    await desk.shows('Not permitted')
    await desk.text('administrators.view')
    const pages = desk.page.getByRole('navigation', { name: 'Pages' })
    await pages.getByRole('link', { name: 'Dashboard' }).waitFor()
    assert.equal(await pages.getByRole('link', { name: 'Administrators' }).count(), 0)
    await looksRight(desk.page, 'admin-not-permitted')
    desk.assertClean()
    await desk.close()
  })

  step('signs out', async () => {
    await admin.signOut()
  })
})
