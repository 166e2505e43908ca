import assert from 'node:assert/strict'
import type { ProxyReport } from '../../../src/duo/index.ts'
import { Proxies } from '../../../src/service/proxies/proxies.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { proxyReport, reportedSection } from '../../rig/proxy_report.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'

const one = proxyReport('one', { proxy: { host: '<b>proxy-1</b>' } })
const two = proxyReport('two', {
  proxy: { host: 'proxy-2.example.com', version: '0.0.9' },
  sections: [
    reportedSection({
      failmode: 'safe',
      logins_hour: { accept: 1200, reject: 31, challenge: 4, fail_open: 3, fail_closed: 0 },
    }),
  ],
  warnings: [
    { kind: 'fail_open', section: 'radius_server_duo_only', count: 3, last_s: 600 },
    {
      kind: 'no_message_authenticator',
      section: 'radius_server_duo_only',
      client: 'radius_ip_1',
      address: '10.0.1.10',
      count: 45,
      last_s: 12,
    },
    {
      kind: 'one_client_seen',
      section: 'radius_server_duo_only',
      client: 'radius_ip_1',
      address: '10.0.1.10',
      count: 45,
      last_s: 12,
    },
    { kind: 'certificate_expires', section: 'radius_server_duo_only', expires_s: 864_000 },
  ],
})

story('authentication proxies in the panel', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  let ikey: string
  before(async () => {
    service = await TestService.start()
    ikey = (await service.addIntegration('radius')).ikey
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/proxies')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  async function report(sent: ProxyReport, backMs = 0): Promise<void> {
    const sender = { ikey, address: '10.0.3.10' }
    const at = Date.now() - backMs
    await service.store.transaction((db) => new Proxies().keep(sent, sender, at, db))
  }

  step('says how to connect one while there is none', async () => {
    await admin.shows('Authentication proxies')
    await admin.text('No proxy reports yet')
    await looksRight(admin.page, 'admin-proxies-empty')
    await admin.page.getByRole('link', { name: 'Protect an application' }).click()
    await admin.shows('Protect an application')
    await admin.page.goBack()
  })

  step('lists them as they report, without a reload', async () => {
    await report(one)
    await admin.text('<b>proxy-1</b>')
    await report(two)
    await report(proxyReport('three', { proxy: { host: 'proxy-3.example.com' } }), 2 * 3_600_000)
    await admin.text('3 proxies')
    await admin.text('1,200 accepted')
    await admin.text('0.0.9, update available')
    await admin.text('4 warnings')
    await admin.text('Unknown')
    await looksRight(admin.page, 'admin-proxies')
  })

  step('shows one with its sections, clients and what to do', async () => {
    await admin.page.getByRole('link', { name: 'proxy-2.example.com' }).click()
    await admin.shows('proxy-2.example.com')
    await admin.text(/^3 sign-ins were let in without a second factor/)
    await admin.text('radius_ip_1 (10.0.1.10) sends requests without Message-Authenticator')
    await admin.text(/set message_authenticator_1=required/)
    await admin.text('8 ms median, 21 ms at the 95th percentile, of the last 90')
    await admin.text('2 from an unknown address')
    await admin.text('No request since the proxy started')
    await looksRight(admin.page, 'admin-proxy')
  })

  step('leads from the dashboard to a lost one, which can be forgotten', async () => {
    // a report counts for 90 s
    await report(one)
    await report(two)
    await admin.page.goto('/admin/')
    await admin.text('of 3 connected')
    await admin.page.getByRole('link', { name: /^Show.*not report any more/ }).click()
    await admin.text('1 proxy')
    await admin.page.getByRole('link', { name: 'proxy-3.example.com' }).click()
    await admin.text('It does not report any more')
    await looksRight(admin.page, 'admin-proxy-lost')
    await admin.page.getByRole('link', { name: 'Forget' }).click()
    await looksRight(admin.page, 'admin-proxy-forget')
    await admin.answer('Forget')
    await admin.text('proxy-3.example.com is forgotten')
    await admin.text('2 proxies')
    await admin.page.goto('/admin/')
    await admin.text(/proxy has a RADIUS client without Message-Authenticator/)
    await looksRight(admin.page, 'admin-dashboard-proxies')
    admin.assertClean()
  })

  step('hides what a role may not do', async () => {
    const reader = await AdminPage.signedIn(chromium, service, '/proxies', { role: 'Read-only' })
    await reader.page.getByRole('link', { name: 'proxy-2.example.com' }).click()
    await reader.shows('proxy-2.example.com')
    assert.equal(await reader.page.getByRole('link', { name: 'Forget' }).count(), 0)
    await reader.close()
  })
})
