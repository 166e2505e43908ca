import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BrowserContext, Page, Route } from 'playwright-core'
import type { Integration } from '../../src/service/applications/integrations.ts'
import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import { setApplicationPolicy } from '../rig/application_policy.ts'
import { Chromium, looksRight, skipChromium } from '../rig/chromium.ts'
import { parseResponse, TestService } from '../rig/service.ts'
import { story } from '../rig/story.ts'
import { until, untilFound } from '../rig/until.ts'

const dist = join(import.meta.dirname, '../../web/dist')

story('the push app in a browser', { skip: skipChromium }, ({ before, after, step }) => {
  let service: TestService
  let chromium: Chromium
  let verified: Integration
  let context: BrowserContext
  let page: Page
  let userId: string
  before(async () => {
    const fatigue = { limit: 0, windowMs: 0 }
    service = await TestService.start({
      config: { push: { fatigue, fraudLocks: false, fraudMailed: true, fraudEmails: [] } },
    })
    userId = (await service.addUser({ username: 'alice' })).userId
    verified = await service.addIntegration('authapi')
    await setApplicationPolicy(service.store, verified, { verifiedPush: true })
    chromium = await Chromium.start(service.service.port, { notifications: true })
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
    return String(parseResponse(asked).txid)
  }
  const outcome = async (txid: string, integration = service.integration) => {
    const parameters = { txid }
    const path = '/auth/v2/auth_status'
    return parseResponse(await service.call({ method: 'GET', path, parameters, integration }))
  }
  const focused = () => page.evaluate<string>('document.activeElement.textContent')
  /** The only request that waits opens by itself. */
  const opens = () => heading(/^Are you signing in to/)

  step('is activated by its link, which is not stored anywhere', async () => {
    await page.goto('/app/')
    await heading('Connect this phone')
    await looksRight(page, 'push-1-welcome')
    await page.getByLabel('Or paste the link').fill('https://localhost/activate/half')
    await press('Continue')
    await page.getByText('This isn’t an activation link or code').waitFor()
    await looksRight(page, 'push-1-wrong')
    await page.goto('/activate/AAAAAAAAAAAAAAAAAAAA')
    await heading('Unknown link')
    await looksRight(page, 'push-2-unknown-link')
    const code = await service.addActivationCode(userId)
    await page.goto(`/activate/${code}`)
    await page.getByRole('textbox', { name: 'Name of this phone' }).fill('Alice’s phone')
    await looksRight(page, 'push-3-activate')
    assert.deepEqual(await page.locator('.fact dd').allTextContents(), ['Countersign', 'alice'])
    await press('Connect')
    await heading('Turn on notifications')
    await looksRight(page, 'push-3-notifications')
    await page.getByRole('link', { name: 'Not now' }).click()
    await heading('Sign-ins')
    await page.getByText('No sign-in requests').waitFor()
    assert(!page.url().includes(code))
    await looksRight(page, 'push-4-home')
    const [phone] = await new Phones().ofUser(userId, service.store.db)
    assert.deepEqual([phone?.name, phone?.pushActivated], ['Alice’s phone', true])
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByText('No sign-ins yet').waitFor()
    await looksRight(page, 'push-11-empty')
    await page.goto(`/activate/${await service.addActivationCode(userId)}`)
    await page.getByText('This phone is connected as alice').waitFor()
    await looksRight(page, 'push-3-anew')
    await page.goto(`/activate/${code}`)
    await heading('This link has already been used')
    await looksRight(page, 'push-2-used-link')
    await page.getByRole('link', { name: 'Back to the app' }).click()
    await heading('Sign-ins')
  })

  for (const [button, title, result, status] of [
    ['Approve', 'Approved', 'allow', 'allow'],
    ['Deny', 'Denied', 'deny', 'deny'],
    ['This wasn’t me', 'Reported', 'deny', 'fraud'],
  ] as const) {
    step(`answers with '${button}'`, async () => {
      const txid = await push({ ipaddr: '192.0.2.7', pushinfo: 'floor=3' })
      await opens()
      await heading('Are you signing in to test authapi?')
      await looksRight(page, 'push-5-request')
      await press(button)
      if (status === 'fraud') {
        await page.getByRole('heading', { name: 'Report this sign-in?' }).waitFor()
        await looksRight(page, 'push-6-report')
        await press('Report')
      }
      await heading(title)
      await looksRight(page, `push-7-${status}`)
      const ended = await outcome(txid)
      assert.deepEqual([ended.result, ended.status], [result, status])
      await page.getByRole('link', { name: 'Done' }).click()
    })
  }

  step('marks a repeated request that looks the same', async () => {
    const txids = [await push({ ipaddr: '192.0.2.7' }), await push({ ipaddr: '192.0.2.7' })]
    await push({ ipaddr: '203.0.113.9' })
    await page.getByRole('link', { name: 'Not now' }).click()
    const words = page.getByText(/^A second attempt, \d+ s later$/)
    await words.waitFor()
    assert.equal(await words.count(), 1)
    await looksRight(page, 'push-8-again')
    await page.goto(`/app/#/request/${txids[1]}`)
    await page
      .getByText(/^A second attempt, \d+ s later\. The first request is still open\.$/)
      .waitFor()
    await looksRight(page, 'push-8-attempt')
    for (let answered = 0; answered < 3; answered++) {
      await press('Deny')
      await heading('Denied')
      await page.getByRole('link', { name: answered < 2 ? 'View' : 'Done' }).click()
    }
  })

  step('marks the differences of several requests', async () => {
    const [one, other] = [
      await push({ ipaddr: '192.0.2.7' }),
      await push({ ipaddr: '203.0.113.9' }),
    ]
    await page.getByRole('link', { name: 'Not now' }).click()
    await page.getByText('2 sign-ins are waiting, but you started only one?').waitFor()
    assert.deepEqual(await page.locator('.differs').allTextContents(), [
      'IP address: 192.0.2.7',
      'IP address: 203.0.113.9',
    ])
    await looksRight(page, 'push-8-several')
    await page.goto(`/app/#/request/${one}`)
    await page.getByText('differs', { exact: true }).waitFor()
    await looksRight(page, 'push-8-differs')
    await press('Deny')
    await heading('Denied')
    await page.getByText('Another sign-in is waiting').waitFor()
    await looksRight(page, 'push-8-another')
    await page.getByRole('link', { name: 'View' }).click()
    assert(page.url().endsWith(other))
    await press('Deny')
    await heading('Denied')
    await page.getByRole('link', { name: 'Done' }).click()
  })

  step('says that several requests do not differ', async () => {
    await push({ ipaddr: '192.0.2.7' })
    await opens()
    await push({ ipaddr: '192.0.2.7' })
    await page.getByText('Their details are the same').waitFor()
    await looksRight(page, 'push-8-same')
    for (let answered = 0; answered < 2; answered++) {
      await press('Deny')
      await heading('Denied')
      await page.getByRole('link', { name: answered < 1 ? 'View' : 'Done' }).click()
    }
  })

  step('a code that the login shows is typed into the app', async () => {
    const preauth = await service.call({
      path: '/auth/v2/preauth',
      parameters: { username: 'alice', client_supports_verified_push: '1' },
      integration: verified,
    })
    const { txid: told, verification_code: code } = parseResponse(preauth)
    const txid = await push({ txid: String(told) }, verified)
    await opens()
    const field = page.getByRole('textbox', { name: 'Code on your sign-in screen' })
    await field.fill(String(code) === '000' ? '111' : '000')
    await press('Approve')
    await page.getByText('Wrong code. Check your sign-in screen').waitFor()
    await looksRight(page, 'push-9-enter')
    await field.fill(String(code))
    await press('Approve')
    await heading('Approved')
    assert.equal((await outcome(txid, verified)).result, 'allow')
    await page.getByRole('link', { name: 'Done' }).click()
  })

  step('a code that the app shows is typed at the login', async () => {
    await push({}, verified)
    await opens()
    await page.getByText('Enter this code where you sign in').waitFor()
    await looksRight(page, 'push-10-show')
    assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0)
    const passcode = (await page.locator('.digits-big [aria-hidden]').textContent()) ?? ''
    const parameters = { username: 'alice', factor: 'passcode', passcode }
    const typed = await service.call({ path: '/auth/v2/auth', parameters, integration: verified })
    assert.equal(parseResponse(typed).result, 'allow')
    await heading('This sign-in is complete')
    await looksRight(page, 'push-10-finished')
    await page.getByRole('link', { name: 'Done' }).click()
  })

  step('shows history and settings', async () => {
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByText('test authapi').first().waitFor()
    await looksRight(page, 'push-11-history')
    await page.getByRole('link', { name: 'Settings' }).click()
    await heading('Settings')
    await looksRight(page, 'push-12-settings')
    const txid = await push()
    const said = page.getByRole('status').filter({ hasText: 'Sign-in request: test authapi' })
    await said.waitFor({ state: 'attached' })
    await looksRight(page, 'push-12-waiting')
    await page.getByRole('link', { name: /^Sign-in request from/ }).click()
    await heading('Are you signing in to test authapi?')
    assert.equal(await focused(), 'Are you signing in to test authapi?')
    for (const [key, on] of [
      ['Tab', 'Deny'],
      ['Tab', 'Approve'],
      ['Tab', 'This wasn’t me'],
      ['Shift+Tab', 'Approve'],
      ['Shift+Tab', 'Deny'],
    ] as const) {
      await page.keyboard.press(key)
      assert.equal(await focused(), on)
    }
    await page.keyboard.press('Enter')
    await heading('Denied')
    assert.equal(await focused(), 'Denied')
    assert.equal((await outcome(txid)).status, 'deny')
    await page.getByRole('link', { name: 'Done' }).click()
    await page.getByRole('link', { name: 'Settings' }).click()
    await press('Remove this phone')
    await page.getByRole('heading', { name: 'Remove this phone?' }).waitFor()
    assert.equal(await focused(), 'Remove this phone?')
    await looksRight(page, 'push-12-remove')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Remove this phone' }).waitFor()
  })

  let deliver: (txid: string) => Promise<void>
  step('takes push messages', async () => {
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
    await inWorker(`
      self.shown = []
      const show = registration.showNotification.bind(registration)
      registration.showNotification = async (title, options) => {
        await show(title, options)
        self.shown.push(options.tag)
      }`)
    deliver = async (txid) => {
      const data = JSON.stringify({ txid, application: 'WorkSpaces' })
      await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data })
    }
  })

  /** Waits for a notification. @returns Its text. */
  const notified = async (txid: string) => {
    // Chromium forgets a notification that is looked for while it is about to be shown
    await until(() => inWorker<boolean>(`return self.shown.includes('${txid}')`))
    return await untilFound(() =>
      inWorker<readonly [string, string] | undefined>(`
        const [shown] = await registration.getNotifications({ tag: '${txid}' })
        return shown && [shown.title, shown.body]`),
    )
  }

  /**
   * Taps it as the system would. Only a person's tap may open a window or bring one to the front:
   * returns what the worker opens instead.
   */
  const tap = (txid: string) =>
    inWorker<string | undefined>(`
      const [notification] = await registration.getNotifications({ tag: '${txid}' })
      let opened
      clients.openWindow = async (url) => { opened = url }
      const event = new NotificationEvent('notificationclick', { notification })
      const done = []
      event.waitUntil = (promise) => done.push(promise)
      self.dispatchEvent(event)
      await Promise.all(done)
      return opened`)

  async function inWorker<Result>(script: string): Promise<Result> {
    const [worker] = context.serviceWorkers()
    assert(worker !== undefined)
    return await worker.evaluate<Result>(`(async () => {${script}})()`)
  }

  step(
    'a push message names user and application, and leads a closed app to its sign-in',
    async () => {
      await page.goto('/portal')
      const txid = await push()
      await deliver(txid)
      const [title, body] = await notified(txid)
      assert.match(title, /WorkSpaces/)
      assert.match(body, /alice/)
      const opened = await tap(txid)
      assert.equal(opened, `/app/#/request/${txid}`)
      await page.goto(opened ?? '')
      await heading('Are you signing in to test authapi?')
      await press('Deny')
      await heading('Denied')
    },
  )

  step('a push message leads an open app to its sign-in from any page', async () => {
    await page.goto('/app/#/history')
    await heading('History')
    const txid = await push()
    await deliver(txid)
    await notified(txid)
    assert.equal(await tap(txid), undefined)
    await heading('Are you signing in to test authapi?')
    await press('Deny')
    await heading('Denied')
  })

  step('a push message of a finished sign-in says so', async () => {
    await page.goto('/portal')
    const txid = await push()
    await deliver(txid)
    await notified(txid)
    await page.goto((await tap(txid)) ?? '')
    await press('Deny')
    await heading('Denied')
    await page.goto('/portal')
    await page.goto(`/app/#/request/${txid}`)
    await heading('This sign-in has ended')
    await looksRight(page, 'push-7-gone')
  })

  for (const [what, hinder] of [
    ['refuses', (route: Route) => route.abort()],
    ['holds back', () => {}],
  ] as const) {
    step(`where a proxy ${what} what is streamed, it asks`, async () => {
      await context.route('**/app/api/stream', hinder)
      await page.goto('/app/')
      await page.reload()
      await heading('Sign-ins')
      const txid = await push({ hostname: `behind a proxy that ${what}` })
      await opens()
      await press('Approve')
      await heading('Approved')
      assert.equal((await outcome(txid)).result, 'allow')
      await context.unroute('**/app/api/stream')
    })
  }

  step('starts without a network, and shows the right passcode', async () => {
    await page.goto('/app/')
    await heading('Sign-ins')
    await context.setOffline(true)
    await page.reload()
    await heading('Sign-ins')
    await page.getByText(/^(This phone is offline|Can’t reach the service)$/).waitFor()
    await looksRight(page, 'push-13-offline')
    await page.goto('/app/#/request/00000000-0000-0000-0000-000000000000')
    await page.getByText(/The request appears when/).waitFor()
    await looksRight(page, 'push-13-offline-request')
    await page.getByRole('link', { name: 'Back' }).click()
    const spelled = await page.locator('output.digits').getAttribute('aria-label')
    const parameters = {
      username: 'alice',
      factor: 'passcode',
      passcode: (spelled ?? '').replaceAll(' ', ''),
    }
    const typed = await service.call({ path: '/auth/v2/auth', parameters })
    assert.equal(parseResponse(typed).result, 'allow')
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByText('Can’t load your history').waitFor()
    await looksRight(page, 'push-13-offline-history')
    await context.setOffline(false)
    await press('Try again')
    await page.getByText('App passcode: accepted').first().waitFor()
  })

  step('says that a request timed out', async () => {
    await page.clock.install()
    await page.goto('/app/')
    await heading('Sign-ins')
    await push()
    await opens()
    await page.clock.fastForward(61_000)
    await heading('This sign-in timed out')
    await looksRight(page, 'push-7-expired')
    await page.getByRole('link', { name: 'Done' }).click()
  })

  step('says that the phone was removed', async () => {
    const phones = new Phones()
    const [phone] = await phones.ofUser(userId, service.store.db)
    await service.store.transaction((db) => phones.remove(phone?.phoneId ?? '', db))
    await page.reload()
    await heading('This phone was removed')
    await looksRight(page, 'push-14-removed')
    await press('Connect again')
    await heading('Connect this phone')
  })

  step('can be installed', async () => {
    await page.goto('/app/')
    const cdp = await context.newCDPSession(page)
    const { errors } = await cdp.send('Page.getAppManifest')
    assert.deepEqual(errors, [])
    const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors')
    // nothing is in the way but that the browser of a test keeps nothing
    assert.deepEqual(
      installabilityErrors.map(({ errorId }) => errorId),
      ['in-incognito'],
    )
  })

  step('loads less than 80 KB, compressed, to start', () => {
    const html = readFileSync(join(dist, 'push_app/index.html'), 'utf8')
    const entry = [...html.matchAll(/assets\/[\w-]+\.(?:js|css)/g)].map(([file]) => file)
    const files = new Set([...entry, ...entry.flatMap(importedBy)])
    const octets = [...files].map((file) => gzipSync(readFileSync(join(dist, file))).length)
    const total = octets.reduce((sum, one) => sum + one, 0)
    assert.ok(files.size > 2 && total < 80 * 1024, `${total} octets in ${[...files].join(', ')}`)
    assert.ok(readdirSync(join(dist, 'push_app')).includes('service_worker.js'))
  })
})

/** The static imports of a module. */
function importedBy(file: string): string[] {
  if (!file.endsWith('.js')) return []
  const text = readFileSync(join(dist, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)].map(
    ([, name]) => `assets/${name}`,
  )
}
