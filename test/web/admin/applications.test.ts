import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Proxies } from '../../../src/service/proxies/proxies.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { proxyReport, reportedSection } from '../../rig/proxy_report.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

story('applications in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  let token: Awaited<ReturnType<TestService['addToken']>>
  before(async () => {
    service = await TestService.start()
    const { userId } = await service.addUser({ username: 'olga' })
    token = await service.addToken(userId)
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/applications')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  step('finds a product in the catalogue', async () => {
    await admin.shows('Applications')
    await looksRight(admin.page, 'admin-applications')
    await admin.page.getByRole('link', { name: 'Protect an application' }).first().click()
    await admin.shows('Protect an application')
    await looksRight(admin.page, 'admin-catalogue')
    await admin.page.getByRole('searchbox').fill('aws')
    await admin.page.getByRole('link', { name: 'Amazon WorkSpaces' }).click()
    await admin.shows('Protect Amazon WorkSpaces')
  })

  step('writes the configuration, which can be downloaded as shown', async () => {
    await admin.type('Name', '<b>WorkSpaces</b>')
    const clients = admin.page.getByRole('combobox', { name: /controllers/ })
    for (const address of ['10.0.1.10', '10.0.2.10']) {
      await clients.fill(address)
      await clients.press('Enter')
    }
    const proxies = admin.page.getByRole('combobox', { name: /authentication proxies/ })
    await proxies.fill('10.0.3.10')
    await proxies.press('Enter')
    await looksRight(admin.page, 'admin-protect')
    await admin.press('Protect')
    await admin.shows('<b>WorkSpaces</b>')
    const region = admin.page
      .getByRole('region', { name: 'Content of authproxy.cfg' })
      .locator('pre')
    const text = (await region.textContent()) ?? ''
    assert.match(text, /^\[radius_server_duo_only\]$/m)
    assert.match(text, /^radius_ip_2=10\.0\.2\.10$/m)
    const downloading = admin.page.waitForEvent('download')
    await admin.page.getByRole('link', { name: 'Download' }).first().click()
    const download = await downloading
    assert.equal(download.suggestedFilename(), 'authproxy.cfg')
    assert.equal(readFileSync(await download.path(), 'utf8'), text)
    await looksRight(admin.page, 'admin-setup')
  })

  step('shows live which controllers reach the proxies, and builds launch links', async () => {
    await admin.page.getByRole('link', { name: 'Watch the directory' }).click()
    await admin.text(/No proxy reports yet/)
    const ikey = new URL(admin.page.url()).pathname.split('/').at(-1) ?? ''
    const probe = {
      requests: 1,
      last_s: 4,
      secret: 'readable',
      reply: 'reject',
      probe_s: 4,
    } as const
    const clients = ['10.0.1.10', '10.0.2.10'].map((address, index) => ({
      name: `radius_ip_${index + 1}`,
      addresses: address,
      requests: index === 0 ? 1 : 0,
      unsigned: 0,
      ...(index === 0 ? { last_address: address, sources: [{ address, ...probe }] } : {}),
    }))
    const report = proxyReport('one', { sections: [reportedSection({ clients })] })
    const sender = { ikey, address: '10.0.3.10' }
    await service.store.transaction((db) => new Proxies().keep(report, sender, Date.now(), db))
    await admin.text(/packet seen from 10\.0\.1\.10, secret correct, reply sent/)
    await admin.text(/nothing yet from 10\.0\.2\.10/)
    await admin.type('Registration code', 'WSpdx+4RN5ND')
    const link = admin.page.getByRole('textbox', { name: 'Link', exact: true })
    assert.equal(await link.inputValue(), 'workspaces://WSpdx+4RN5ND?MFACode=push')
    await admin.page.getByRole('textbox', { name: 'Directory', exact: true }).fill('d-926722edaf')
    await admin.page.getByRole('textbox', { name: 'Help desk' }).fill('help@example.com')
    await looksRight(admin.page, 'admin-directory')
  })

  step('signs a user in with a passcode from the page, step by step', async () => {
    await admin.page.getByRole('tab', { name: 'Test it now' }).click()
    await admin.page.getByRole('textbox', { name: 'Username' }).first().fill('olga')
    await admin.page.getByRole('combobox', { name: 'Factor' }).click()
    await admin.page.getByRole('option', { name: 'Passcode', exact: true }).click()
    await admin.type('Passcode', token.code(0))
    await admin.press('Start')
    await admin.text(/^Allowed/)
    await looksRight(admin.page, 'admin-test')
  })

  step('shows the secrets again on request', async () => {
    await admin.page.getByRole('tab', { name: 'Keys and configuration' }).click()
    assert.equal(await admin.page.getByRole('textbox', { name: 'Secret key (skey)' }).count(), 0)
    await admin.press('Show')
    const skey = admin.page.getByRole('textbox', { name: 'Secret key (skey)' })
    assert.match(await skey.inputValue(), /^\w{40}$/)
  })

  step('turns the application off, and removes it after its name is typed', async () => {
    await admin.page.getByRole('tab', { name: 'Overview' }).click()
    await admin.page.getByRole('link', { name: 'Edit' }).click()
    await admin.page.getByRole('switch', { name: /^On\b/ }).click()
    await looksRight(admin.page, 'admin-application-edit')
    await admin.answer('Save')
    await admin.text('Changes saved')
    await looksRight(admin.page, 'admin-application')
    await admin.page.getByRole('link', { name: 'Remove' }).click()
    await admin.page.getByRole('dialog').getByRole('textbox').fill('<b>WorkSpaces</b>')
    await admin.answer('Remove')
    await admin.text('<b>WorkSpaces</b> is removed')
    admin.assertClean()
  })
})
