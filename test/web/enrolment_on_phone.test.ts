import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import { Users } from '../../src/service/people/users.ts'
import { Chromium, looksRight, skipChromium } from '../rig/chromium.ts'
import { invite } from '../rig/portal_browser.ts'
import { PortalPage } from '../rig/portal_page.ts'
import { TestService } from '../rig/service.ts'

const iPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
const android =
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36'

/** Chromium does not emulate the display mode. */
const openedFromHomeScreen = `{
  const { matchMedia } = window
  window.matchMedia = (query) =>
    matchMedia.call(window, query === '(display-mode: standalone)' ? 'all' : query)
}`

describe('an invitation opened on a phone', { skip: skipChromium }, () => {
  let service: TestService
  let chromium: Chromium
  before(async () => {
    service = await TestService.start()
    chromium = await Chromium.start(service.service.port)
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  const open = async (username: string, userAgent: string) => {
    const link = `/portal#/enroll/${await invite(service, username, { now: Date.now() })}`
    const at = await PortalPage.open(chromium, link, undefined, { userAgent })
    await at.press('Start')
    return at
  }
  /** Presses the first choice. @returns The link to the app. */
  const chooseThisPhone = async (at: PortalPage): Promise<string> => {
    await at.shows('Add a device')
    assert.match((await at.page.locator('.choice').first().textContent()) ?? '', /^Use this phone/)
    await at.press(/^Use this phone/)
    const app = at.page.getByRole('link', { name: 'Use this phone' })
    await app.waitFor()
    assert.equal(await at.page.getByRole('img', { name: /QR code/ }).count(), 0)
    return (await app.getAttribute('href')) ?? ''
  }

  test('an iPhone: Safari shows steps and a code, which the app on the home screen uses', async () => {
    const at = await open('nora', iPhone)
    await looksRight(at.page, 'phone-1-choose')
    const link = await chooseThisPhone(at)
    await looksRight(at.page, 'phone-2-connect')
    const code = link.slice(link.lastIndexOf('/') + 1)

    const safari = await at.page.context().newPage()
    await safari.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await safari.goto(link)
    await safari.getByText('Add to Home Screen').waitFor()
    assert.equal(await safari.getByRole('listitem').count(), 3)
    assert.equal(await safari.getByRole('button', { name: 'Connect' }).count(), 0)
    await looksRight(safari, 'phone-3-steps')
    await safari.getByRole('button', { name: 'Copy code' }).click()
    await safari.getByRole('button', { name: 'Code copied' }).waitFor()
    assert.equal(await safari.evaluate('navigator.clipboard.readText()'), code)

    // the app on the home screen has its own storage
    const app = await (await chromium.person(undefined, { userAgent: iPhone })).newPage()
    await app.addInitScript(openedFromHomeScreen)
    await app.goto('/app/')
    await app.getByLabel('Or paste the link').fill(code)
    await app.getByRole('button', { name: 'Continue' }).click()
    const name = app.getByRole('textbox', { name: 'Name of this phone' })
    assert.equal(await name.inputValue(), 'iPhone')
    await app.getByRole('button', { name: 'Connect' }).click()
    await app.getByRole('heading', { name: /notifications/i, level: 1 }).waitFor()
    await at.shows('Phone connected')
    const nora = await new Users().byName('nora', service.store.db)
    const [phone] = await new Phones().ofUser(nora?.userId ?? '', service.store.db)
    assert.deepEqual([phone?.name, phone?.pushActivated], ['iPhone', true])
    await app.context().close()
    await at.close()
  })

  test('an Android phone connects in its browser; a QR code is there for another phone', async () => {
    const at = await open('otto', android)
    const link = await chooseThisPhone(at)
    await at.press('Use another phone')
    await at.page.getByRole('img', { name: /QR code/ }).waitFor()
    await looksRight(at.page, 'phone-4-another')
    const app = await at.page.context().newPage()
    await app.goto(link)
    await app.getByRole('button', { name: 'Connect' }).click()
    await at.shows('Phone connected')
    assert.equal(await at.page.getByLabel('Name').inputValue(), 'Android phone')
    await at.close()
  })
})
