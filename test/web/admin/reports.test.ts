import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { AuthenticationLog } from '../../../src/service/audit/authentication_log.ts'
import { AdminPage } from '../../rig/admin_page.ts'
import { Chromium, looksRight, skipChromium } from '../../rig/chromium.ts'
import { TestService } from '../../rig/service.ts'
import { story } from '../../rig/story.ts'
import { until } from '../../rig/until.ts'

story('dashboard and reports of the panel', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let admin: AdminPage
  let userId: string
  let ikey: string

  async function signIn(result: 'success' | 'denied' | 'fraud', backMs: number): Promise<void> {
    const event = {
      timestamp: Date.now() - backMs,
      txid: null,
      userId,
      username: 'alice',
      ikey,
      application: '<i>VPN</i>',
      factor: result === 'success' ? 'push' : '',
      result,
      reason: result === 'success' ? 'user_approved' : 'locked_out',
      ipaddr: '192.0.2.1',
      hostname: '',
      device: 'Work',
      repeatOf: null,
      decidedBy: result === 'denied' ? 'lockout' : '',
    }
    await service.store.transaction((db) => new AuthenticationLog().append(event, db))
  }

  before(async () => {
    service = await TestService.start()
    userId = (await service.addUser({ username: 'alice' })).userId
    ikey = (await service.addIntegration('radius')).ikey
    for (let hour = 0; hour < 60; hour++) await signIn('success', hour * 3_600_000)
    await signIn('denied', 1000)
    await signIn('fraud', 2000)
    chromium = await Chromium.start(service.service.port)
    admin = await AdminPage.signedIn(chromium, service, '/')
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  step('draws the sign-ins, and names what needs attention', async () => {
    await admin.shows('Dashboard')
    await admin.text(/1 sign-in was reported as fraud/)
    await admin.text('There is only one owner')
    await admin.text(/success: 60/)
    await admin.page.locator('.recharts-wrapper').first().waitFor()
    await looksRight(admin.page, 'admin-dashboard')
    await admin.page.getByText('By factor').click()
    await admin.text(/push: 60/)
  })

  step('leads from what needs attention to the lines of the log', async () => {
    await admin.page.getByRole('link', { name: /^Show.*1 sign-in was/ }).click()
    await admin.shows('Sign-ins')
    await admin.arrives(/result=fraud/)
    await admin.text('1 sign-in')
    await admin.press('Remove filter Result')
    await admin.text('Page 1')
    await looksRight(admin.page, 'admin-sign-ins')
  })

  step('shows one sign-in, and why it was decided', async () => {
    await admin.page.goto('/admin/reports/authentication?result=denied')
    await admin.page.getByRole('row').nth(1).getByRole('link').first().click()
    const dialog = admin.page.getByRole('dialog')
    await dialog.getByText('lockout').waitFor()
    await looksRight(admin.page, 'admin-sign-in')
    await dialog.getByRole('link', { name: 'Explain this' }).click()
    await admin.shows('alice')
    await admin.text(/^At .* they would be/)
  })

  step('shows new lines while it is live', async () => {
    await admin.page.goto('/admin/reports/authentication?user=alice&result=denied')
    await admin.text('1 sign-in')
    await admin.page.getByRole('switch', { name: 'Live' }).click()
    await signIn('denied', 0)
    await admin.text('2 sign-ins')
  })

  step('exports what is filtered', async () => {
    await admin.press('Export')
    const downloading = admin.page.waitForEvent('download')
    await admin.page.getByRole('menuitem', { name: 'CSV' }).click()
    const text = readFileSync(await (await downloading).path(), 'utf8')
    assert.equal(text.trim().split('\n').length, 3)
  })

  step('shows what administrators did, with old and new values', async () => {
    await admin.page.goto('/admin/reports/administrator')
    await admin.shows('Actions of administrators')
    await until(async () => (await admin.page.getByRole('row').count()) > 1)
    await looksRight(admin.page, 'admin-changes')
    await admin.page.getByRole('row').nth(1).getByRole('link').first().click()
    await admin.page.getByRole('dialog').getByText('By').first().waitFor()
    await admin.page.goto('/admin/reports/telephony')
    await admin.text('No message was sent yet')
    admin.assertClean()
  })
})
