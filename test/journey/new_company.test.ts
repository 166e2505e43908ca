import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { MailMessage } from '../../src/service/messaging/messaging.ts'
import { AdminPage } from '../rig/admin_page.ts'
import { AppOnPhone } from '../rig/app_on_phone.ts'
import { Chromium, skipChromium } from '../rig/chromium.ts'
import { skipRadclient } from '../rig/countersign_up.ts'
import { PortalPage } from '../rig/portal_page.ts'
import { radclient } from '../rig/radclient.ts'
import { freePort, Running } from '../rig/running.ts'
import { TestService } from '../rig/service.ts'
import { story } from '../rig/story.ts'

const program = (name: string) => resolve(import.meta.dirname, '../../bin', name)
const users = [
  'username,realname,email,group1',
  'nina,Nina Novak,nina@example.com,Staff',
  'ole,Ole Olsen,not an address,Staff',
]

story(
  'a new company, from the first owner to the first sign-in',
  { skip: skipChromium || skipRadclient },
  ({ before, after, step }) => {
    const mails: MailMessage[] = []
    let service: TestService
    let chromium: Chromium
    let owner: AdminPage
    let phone: AppOnPhone
    let proxy: Running | undefined
    let port: number
    let cfgFile: string
    before(async () => {
      const mail = { send: async (message: MailMessage) => void mails.push(message) }
      service = await TestService.start({ delivery: { mail } })
      chromium = await Chromium.start(service.service.port)
      port = await freePort()
    })
    after(async () => {
      await proxy?.stop()
      await chromium?.close()
      await service.close()
    })

    step('the first owner signs up with a passkey', async () => {
      const options = { encoding: 'utf8' } as const
      const printed = execFileSync(
        program('countersign'),
        ['admin', 'link', '--data', service.folder],
        options,
      )
      const [link = ''] = /\/admin\/activate#\w+/.exec(printed) ?? []
      owner = await AdminPage.at(chromium, link)
      await owner.shows('Create the first owner')
      await owner.type('Your name', 'Olivia Owner')
      await owner.type('E-mail address', 'olivia@example.com')
      await owner.type('New password', 'plinth gravel otter quince')
      await owner.press('Continue')
      await owner.shows('Add a second factor')
      await owner.addAuthenticator()
      await owner.press(/Passkey/)
      await owner.shows('Dashboard')
    })

    step('she protects Amazon WorkSpaces, and saves the configuration', async () => {
      await owner.page.getByRole('link', { name: 'Applications' }).first().click()
      await owner.shows('Applications')
      await owner.page.getByRole('link', { name: 'Protect an application' }).first().click()
      await owner.page.getByRole('searchbox').fill('workspaces')
      await owner.page.getByRole('link', { name: 'Amazon WorkSpaces' }).click()
      await owner.shows('Protect Amazon WorkSpaces')
      const clients = owner.page.getByRole('combobox', { name: /controllers/ })
      for (const address of ['127.0.0.1', '10.0.2.10']) {
        await clients.fill(address)
        await clients.press('Enter')
      }
      await owner.type('RADIUS port', String(port))
      await owner.press('Protect')
      await owner.shows('Amazon WorkSpaces')
      const downloading = owner.page.waitForEvent('download')
      await owner.page.getByRole('link', { name: 'Download' }).first().click()
      cfgFile = join(service.folder, 'authproxy.cfg')
      await (await downloading).saveAs(cfgFile)
    })

    step('the proxy starts from that file as it is', async () => {
      proxy = new Running(program('authproxy'), ['--config', cfgFile])
      await proxy.prints(/listening on/)
    })

    step('a CSV file brings the users, and mails them invitations', async () => {
      await owner.page.goto('/admin/users/import')
      await owner.shows('Import users')
      const buffer = Buffer.from(users.join('\n'))
      const file = { name: 'staff.csv', mimeType: 'text/csv', buffer }
      await owner.page.locator('input[type=file]').setInputFiles(file)
      await owner.page.getByRole('checkbox', { name: /^Create groups/ }).check()
      await owner.page.getByRole('checkbox', { name: /^Mail an invitation/ }).check()
      await owner.press('Check the file')
      await owner.page
        .getByRole('cell', { name: /'not an address' is not an e-mail address/ })
        .waitFor()
      await owner.press('Import 1 user')
      await owner.text('Imported staff.csv')
      assert.deepEqual(
        mails.map(({ to }) => to),
        ['nina@example.com'],
      )
    })

    step('nina enrols with the mail and her phone', async () => {
      const [link = ''] = /\/portal#\/enroll\/\w+/.exec(mails[0]?.text ?? '') ?? []
      const laptop = await PortalPage.open(chromium, link)
      await laptop.shows('Set up two-step sign-in')
      await laptop.press('Start')
      await laptop.shows('Add a device')
      phone = await AppOnPhone.connect(chromium, await laptop.appLink(), 'Pixel')
      await laptop.shows('Phone connected')
      await laptop.name('Pixel')
      await laptop.recoveryCodes()
      await laptop.page.getByLabel('I have saved these codes').check()
      await laptop.press('Continue')
      await laptop.shows('Test your phone')
      await phone.approveWithCode(await laptop.testPush())
      await laptop.shows('Your phone works')
    })

    step('she signs in with a push, and the owner sees it in the live log', async () => {
      await owner.page.goto('/admin/reports/authentication?live=on')
      await owner.shows('Sign-ins')
      const [, secret = ''] = /^radius_secret_1=(\S+)$/m.exec(readFileSync(cfgFile, 'utf8')) ?? []
      const request = ['User-Name=nina', 'User-Password=push', 'Message-Authenticator=0x00']
      const signIn = radclient(port, secret, request, { timeoutSecs: 60 })
      await phone.answer('Approve')
      assert.match((await signIn).output, /Received Access-Accept/)
      await owner.page.getByRole('row', { name: /nina.*Amazon WorkSpaces/ }).waitFor()
    })

    step('nobody is missing any more', async () => {
      await owner.page.goto('/admin/users?filter=not_enrolled')
      await owner.text('No users match')
      owner.assertClean()
    })
  },
)
