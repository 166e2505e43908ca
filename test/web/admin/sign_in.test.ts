import assert from 'node:assert/strict'
import { AdministratorLinks, administratorLink } from '../../../src/service/administrators/links.ts'
import { findTotpStep } from '../../../src/service/administrators/totp.ts'
import { OathKey } from '../../../src/service/authenticators/oath/oath_code.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

const totp = { kind: 'totp', algorithm: 'SHA1', digits: 6, stepSecs: 30 } as const

story('the sign-in of administrators in a browser', { skip: skipChromium }, (tell) => {
  const { before, after, step } = tell
  let service: TestService
  let chromium: Chromium
  let owner: AdminPage
  const password = 'four random words 4711'
  before(async () => {
    service = await TestService.start()
    chromium = await Chromium.start(service.service.port)
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  step('the first owner opens a one-time link, whose code leaves the address', async () => {
    const created = await service.store.transaction((db) =>
      new AdministratorLinks().create(
        { kind: 'owner', adminId: null, createdBy: 'test', expires: Date.now() + 3_600_000 },
        Date.now(),
        db,
      ),
    )
    owner = await AdminPage.at(chromium, administratorLink('', created.code))
    await owner.shows('Create the first owner')
    assert.equal(new URL(owner.page.url()).hash, '')
    await looksRight(owner.page, 'admin-owner')
  })

  step('shows the error of the service next to its field', async () => {
    await owner.type('Your name', 'Olivia Owner')
    await owner.type('E-mail address', 'olivia@example.com')
    await owner.type('New password', 'password1234')
    await owner.press('Continue')
    const field = owner.page.getByRole('textbox', { name: 'New password' })
    await owner.text('This password is easy to guess')
    await field.fill(password)
    await owner.press('Continue')
    await owner.shows('Add a second factor')
    await looksRight(owner.page, 'admin-first-factor')
  })

  step('makes a passkey, and is signed in', async () => {
    await owner.addAuthenticator()
    await owner.press(/Passkey/)
    await owner.shows('Dashboard')
  })

  step('signs in with the passkey', async () => {
    await owner.signOut()
    await owner.type('E-mail address', 'olivia@example.com')
    await owner.type('Password', password)
    await owner.press('Continue')
    await owner.shows('Confirm it’s you')
    await looksRight(owner.page, 'admin-passkey')
    await owner.press('Use a passkey')
    await owner.shows('Dashboard')
    owner.assertClean()
  })

  step('an invited administrator activates the account, with an authenticator app', async () => {
    await owner.page.goto('/admin/administrators/invite')
    await owner.type('Name', 'Ada Lovelace')
    await owner.type('E-mail address', 'ada@example.com')
    await owner.answer('Invite')
    const link = await owner.page.getByRole('textbox', { name: 'Link' }).inputValue()
    await looksRight(owner.page, 'admin-invited')
    const ada = await AdminPage.at(chromium, new URL(link).pathname + new URL(link).hash)
    await ada.shows('Activate your account')
    await ada.type('New password', password)
    await ada.press('Continue')
    await ada.press(/Authenticator app/)
    const secret = await ada.page.getByRole('textbox', { name: 'Key' }).inputValue()
    await looksRight(ada.page, 'admin-add-totp')
    const code = new OathKey(secret).code(totp, Math.floor(Date.now() / 30_000))
    assert.notEqual(findTotpStep(secret, code, Date.now()), undefined)
    await ada.type('Passcode', code)
    await ada.press('Add')
    await ada.shows('Dashboard')
    ada.assertClean()
    await ada.page.goto(new URL(link).pathname + new URL(link).hash)
    await ada.shows('This link can’t be used')
    await looksRight(ada.page, 'admin-link-over')
    await ada.close()
  })

  step('a session that was ended leads to the sign-in, and back to the same page', async () => {
    await owner.page.goto('/admin/administrators?q=ada')
    await owner.shows('Administrators')
    await service.store.db.deleteFrom('administrator_sessions').execute()
    await owner.page.getByRole('searchbox').fill('ad')
    await owner.shows('Sign in')
    await owner.text('Your session ended.')
    await owner.type('E-mail address', 'olivia@example.com')
    await owner.type('Password', password)
    await owner.press('Continue')
    await owner.press('Use a passkey')
    await owner.shows('Administrators')
    await owner.arrives(/^\/admin\/administrators\?q=ad$/)
  })

  step('a change that needs a recent factor asks for it in place, and then goes on', async () => {
    await service.store.db.updateTable('administrator_sessions').set({ stepped_up: 0 }).execute()
    await owner.page.getByRole('link', { name: 'Invite' }).click()
    await owner.type('Name', 'Bea')
    await owner.type('E-mail address', 'bea@example.com')
    await owner.answer('Invite')
    await owner.page.getByText('This change needs a recent sign-in.').waitFor()
    await looksRight(owner.page, 'admin-step-up')
    await owner.answer('Use a passkey')
    await owner.page.getByRole('textbox', { name: 'Link' }).waitFor()
    await owner.arrives(/^\/admin\/administrators\/invite\?q=ad$/)
    await owner.answer('Done')
    await owner.shows('Administrators')
  })
})
