import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MailMessage } from '../../../src/service/messaging/messaging.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { png } from '../../rig/png.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

story('settings in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  const mails: MailMessage[] = []
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  before(async () => {
    service = await TestService.start({
      config: {
        lockout: { threshold: 7, lockMs: 600_000 },
        mail: { provider: { kind: 'outbox' } },
        writtenLines: new Map([['lockout.threshold', 2]]),
      },
      delivery: {
        mail: {
          send: async (mail) => {
            mails.push(mail)
          },
        },
      },
    })
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/settings/organisation')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  step('renames the organisation', async () => {
    await admin.shows('Settings')
    await admin.type('Name of the organisation', '<b>Example</b> Corp')
    await admin.press('Save')
    await admin.text('Settings saved')
    await admin.page.getByRole('complementary').getByText('<b>Example</b> Corp').waitFor()
  })

  step('replaces the logo, and refuses what is no image', async () => {
    const file = join(service.folder, 'logo.png')
    writeFileSync(file, '<svg>')
    const chooser = admin.page.getByLabel('Choose an image')
    await chooser.setInputFiles(file)
    await admin.text('The logo is not a PNG image; save it as PNG.')
    writeFileSync(file, png(300, 120))
    await chooser.setInputFiles(file)
    await admin.page.getByRole('img', { name: 'Logo of the organisation' }).waitFor()
    await looksRight(admin.page, 'admin-settings-organisation')
  })

  step('sends a test mail', async () => {
    await admin.page.getByRole('tab', { name: 'Mail', exact: true }).click()
    await admin.press('Send me a test mail')
    await admin.text(/^The outbox has a mail to/)
    assert.equal(mails[0]?.subject, '<b>Example</b> Corp: Mail works')
    await looksRight(admin.page, 'admin-settings-mail')
  })

  step('shows a wrong value at its field, and offers the default', async () => {
    await admin.page.getByRole('tab', { name: 'Logs' }).click()
    const days = admin.page.getByRole('textbox', { name: /^Keep log entries for/ })
    await days.fill('99999')
    await admin.press('Save')
    await admin.text('Must be an integer from 0 to 36500.')
    await days.fill('')
    await admin.press('Save')
    await admin.text('Must be an integer from 0 to 36500.')
    await admin.press('Use the default of Keep log entries for')
    assert.equal(await admin.page.getByRole('button', { name: 'Save' }).isEnabled(), false)
  })

  step('says what countersign.cfg fixes', async () => {
    await admin.page.getByRole('tab', { name: 'Lockout and fraud' }).click()
    await admin.text('countersign.cfg:2')
    const after = admin.page.getByRole('textbox', { name: /^Lock after/ })
    assert.equal(await after.isEnabled(), false)
    await looksRight(admin.page, 'admin-settings-lockout')
  })

  step('keeps the tab in the address', async () => {
    await admin.page.getByRole('tab', { name: 'Users' }).click()
    await admin.arrives(/^\/admin\/settings\/users$/)
    await looksRight(admin.page, 'admin-settings-users')
    await admin.page.goBack()
    await admin.text('countersign.cfg:2')
  })

  step('lets a role without the permit look only', async () => {
    const helpDesk = await AdminPage.signedIn(chromium, service, '/settings/organisation', {
      role: 'Help Desk',
    })
    await helpDesk.text('Your role can see the settings, not change them.')
    assert.equal(await helpDesk.page.getByRole('button', { name: 'Save' }).count(), 0)
    helpDesk.assertClean()
  })

  step('causes no errors in the browser', async () => admin.assertClean())
})
