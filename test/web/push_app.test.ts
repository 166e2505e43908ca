import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { BrowserContext, Page } from 'playwright-core'
import { type Integration, Integrations } from '../../src/service/access/integrations.ts'
import { Phones } from '../../src/service/directory/phones.ts'
import { Chromium, looksRight, skipChromium } from '../rig/chromium.ts'
import { responseOf, TestService } from '../rig/service.ts'

const dist = join(import.meta.dirname, '../../web/dist')

describe('the push app in a browser', { skip: skipChromium }, () => {
  let service: TestService
  let chromium: Chromium
  let verified: Integration
  let context: BrowserContext
  let page: Page
  let userId: string
  before(async () => {
    const fatigue = { limit: 0, windowMs: 0 }
    service = await TestService.start({
      config: { push: { fatigue, fraudLocks: false, fraudEmails: [] } },
    })
    userId = (await service.addUser({ username: 'alice' })).userId
    verified = await service.addIntegration('authapi')
    await service.store.transaction((db) =>
      new Integrations(service.store).update(verified.ikey, { verifiedPush: 'required' }, db),
    )
    chromium = await Chromium.start(service.service.port)
    context = await chromium.person()
    page = await context.newPage()
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  const press = (name: string | RegExp) => page.getByRole('button', { name }).click()
  const heading = (name: string | RegExp) => page.getByRole('heading', { name, level: 1 }).waitFor()
  const push = async (more: Readonly<Record<string, string>> = {}, integration?: Integration) => {
    const parameters = { username: 'alice', factor: 'push', device: 'auto', async: '1', ...more }
    const call = { path: '/auth/v2/auth', parameters }
    const asked = await service.call(integration === undefined ? call : { ...call, integration })
    return String(responseOf(asked).txid)
  }
  const outcome = async (txid: string, integration = service.integration) => {
    const parameters = { txid }
    const path = '/auth/v2/auth_status'
    return responseOf(await service.call({ method: 'GET', path, parameters, integration }))
  }
  const open = () =>
    page
      .getByRole('link', { name: /Answer/ })
      .first()
      .click()

  test('is activated by its link, which is nowhere to be read afterwards', async () => {
    await page.goto('/app/')
    await heading('Connect this phone')
    await looksRight(page, 'push-1-welcome')
    await page.goto('/activate/AAAAAAAAAAAAAAAAAAAA')
    await press('Connect')
    await heading('This link is not known')
    await looksRight(page, 'push-2-unknown-link')
    const code = await service.addActivationCode(userId)
    await page.goto(`/activate/${code}`)
    await page.getByRole('textbox', { name: 'Name of this phone' }).fill('Alice’s phone')
    await looksRight(page, 'push-3-activate')
    await press('Connect')
    await heading('Sign-ins')
    await page.getByText('Nothing is waiting').waitFor()
    assert(!page.url().includes(code))
    await looksRight(page, 'push-4-home')
    const [phone] = await new Phones(service.store).ofUser(userId)
    assert.deepEqual([phone?.name, phone?.pushActivated], ['Alice’s phone', true])
  })

  for (const [button, title, result, status] of [
    ['Approve', 'Approved', 'allow', 'allow'],
    ['Deny', 'Denied', 'deny', 'deny'],
    ['This was not me', 'Reported', 'deny', 'fraud'],
  ] as const) {
    test(`answers with '${button}'`, async () => {
      const txid = await push({ ipaddr: '192.0.2.7', pushinfo: 'floor=3' })
      await open()
      await heading('Are you signing in to test authapi?')
      await looksRight(page, 'push-5-request')
      await press(button)
      if (status === 'fraud') {
        await page.getByRole('heading', { name: 'Report this sign-in?' }).waitFor()
        await looksRight(page, 'push-6-report')
        await press('Report it')
      }
      await heading(title)
      await looksRight(page, `push-7-${status}`)
      const ended = await outcome(txid)
      assert.deepEqual([ended.result, ended.status], [result, status])
      await page.getByRole('link', { name: 'Done' }).click()
    })
  }

  test('marks what differs of several', async () => {
    const [one, other] = [
      await push({ ipaddr: '192.0.2.7' }),
      await push({ ipaddr: '203.0.113.9' }),
    ]
    await page.getByText('2 sign-ins are waiting; you are doing one.').waitFor()
    assert.deepEqual(await page.locator('.differs').allTextContents(), [
      'From address: 192.0.2.7',
      'From address: 203.0.113.9',
    ])
    await looksRight(page, 'push-8-several')
    for (const [txid, last] of [
      [one, false],
      [other, true],
    ] as const) {
      await page.goto(`/app/#/request/${txid}`)
      await press('Deny')
      await heading('Denied')
      if (last) await page.getByRole('link', { name: 'Done' }).click()
    }
  })

  test('a code that the login shows is typed into the app', async () => {
    const preauth = await service.call({
      path: '/auth/v2/preauth',
      parameters: { username: 'alice', client_supports_verified_push: '1' },
      integration: verified,
    })
    const { txid: told, verification_code: code } = responseOf(preauth)
    const txid = await push({ txid: String(told) }, verified)
    await open()
    const field = page.getByRole('textbox', { name: 'Code that the login shows' })
    await field.fill(String(code) === '000' ? '111' : '000')
    await press('Approve')
    await page.getByText('That is not the code that the login shows').waitFor()
    await looksRight(page, 'push-9-enter')
    await field.fill(String(code))
    await press('Approve')
    await heading('Approved')
    assert.equal((await outcome(txid, verified)).result, 'allow')
    await page.getByRole('link', { name: 'Done' }).click()
  })

  test('a code that the app shows is typed at the login', async () => {
    await push({}, verified)
    await open()
    await page.getByText('Type this code at the login').waitFor()
    await looksRight(page, 'push-10-show')
    assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0)
    const passcode = (await page.locator('.digits-big').textContent()) ?? ''
    const parameters = { username: 'alice', factor: 'passcode', passcode }
    const typed = await service.call({ path: '/auth/v2/auth', parameters, integration: verified })
    assert.equal(responseOf(typed).result, 'allow')
    await heading('This sign-in is finished')
    await page.getByRole('link', { name: 'Done' }).click()
  })

  test('history and settings', async () => {
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByText('test authapi').first().waitFor()
    await looksRight(page, 'push-11-history')
    await page.getByRole('link', { name: 'Settings' }).click()
    await heading('Settings')
    await looksRight(page, 'push-12-settings')
  })

  test('a push wakes the service worker, which shows who and where', async () => {
    await context.grantPermissions(['notifications'])
    const cdp = await context.newCDPSession(page)
    const registered = Promise.withResolvers<string>()
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [first] = registrations
      if (first !== undefined) registered.resolve(first.registrationId)
    })
    await cdp.send('ServiceWorker.enable')
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
    const origin = new URL(page.url()).origin
    const registrationId = await registered.promise
    const txid = await push()
    const data = JSON.stringify({ txid, application: 'WorkSpaces' })
    await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data })
    const [title, body] = await page.evaluate<[string, string]>(`(async () => {
      const registration = await navigator.serviceWorker.ready
      for (;;) {
        const [shown] = await registration.getNotifications()
        if (shown) return [shown.title, shown.body]
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })()`)
    assert.match(title, /WorkSpaces/)
    assert.match(body, /alice/)
    await page.goto(`/app/#/request/${txid}`)
    await press('Deny')
    await heading('Denied')
  })

  test('without a network it starts, and its passcode is the right one', async () => {
    await page.goto('/app/')
    await heading('Sign-ins')
    await context.setOffline(true)
    await page.reload()
    await heading('Sign-ins')
    await page.getByText('The service can not be reached').waitFor()
    await looksRight(page, 'push-13-offline')
    const spelled = await page.locator('output.digits').getAttribute('aria-label')
    const parameters = {
      username: 'alice',
      factor: 'passcode',
      passcode: (spelled ?? '').replaceAll(' ', ''),
    }
    const typed = await service.call({ path: '/auth/v2/auth', parameters })
    assert.equal(responseOf(typed).result, 'allow')
    await page.getByRole('link', { name: 'History' }).click()
    await context.setOffline(false)
  })

  test('a phone that was removed says so', async () => {
    await page.goto('/app/')
    await heading('Sign-ins')
    const phones = new Phones(service.store)
    const [phone] = await phones.ofUser(userId)
    await service.store.transaction((db) => phones.remove(phone?.phoneId ?? '', db))
    await page.reload()
    await heading('This phone was removed')
    await looksRight(page, 'push-14-removed')
    await press('Connect it anew')
    await heading('Connect this phone')
  })

  test('what it needs to start has less than 80 KB, compressed', () => {
    const html = readFileSync(join(dist, 'push_app/index.html'), 'utf8')
    const entry = [...html.matchAll(/assets\/[\w-]+\.(?:js|css)/g)].map(([file]) => file)
    const files = new Set([...entry, ...entry.flatMap(importedBy)])
    const octets = [...files].map((file) => gzipSync(readFileSync(join(dist, file))).length)
    const total = octets.reduce((sum, one) => sum + one, 0)
    assert.ok(files.size > 2 && total < 80 * 1024, `${total} octets in ${[...files].join(', ')}`)
    assert.ok(readdirSync(join(dist, 'push_app')).includes('service_worker.js'))
  })
})

/** What a module imports before it runs. */
function importedBy(file: string): string[] {
  if (!file.endsWith('.js')) return []
  const text = readFileSync(join(dist, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)].map(
    ([, name]) => `assets/${name}`,
  )
}
