import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { OathKey } from '../../src/service/authenticators/oath/oath_code.ts'
import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import type { SmsMessage } from '../../src/service/messaging/messaging.ts'
import { Users } from '../../src/service/people/users.ts'
import { Chromium, looksRight, skipChromium } from '../rig/chromium.ts'
import { invite } from '../rig/portal_browser.ts'
import { PortalPage } from '../rig/portal_page.ts'
import { PushPhone } from '../rig/push_phone.ts'
import { TestService } from '../rig/service.ts'

describe('enrolment in a browser', { skip: skipChromium }, () => {
  const messages: SmsMessage[] = []
  let aheadMs = 0
  let service: TestService
  let chromium: Chromium
  let phones: Phones
  before(async () => {
    service = await TestService.start({
      clock: { now: () => Date.now() + aheadMs },
      delivery: { sms: { send: async (message) => void messages.push(message) } },
    })
    phones = new Phones()
    chromium = await Chromium.start(service.service.port)
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  const invitation = async (
    username: string,
    options: { readonly userId?: string; readonly createdBy?: string } = {},
  ) => `/portal#/enroll/${await invite(service, username, { now: Date.now(), ...options })}`
  const sentCode = () => /\b\d{6}\b/.exec(messages.at(-1)?.text ?? '')?.[0] ?? ''
  const authenticatorCode = (key: string) => {
    const totp = { kind: 'totp', digits: 6, algorithm: 'SHA1', stepSecs: 30 } as const
    return new OathKey(key.replaceAll(' ', '')).code(totp, Math.floor(Date.now() / 30_000))
  }
  const activate = (link: string) => {
    const code = /activate\/(\w+)$/.exec(link)?.[1] ?? ''
    return PushPhone.activate((raw) => service.send(raw), code, { name: 'Pixel' })
  }

  test('leads from the invitation to the words to type, with the app', async () => {
    const link = await invitation('nora')
    const at = await PortalPage.open(chromium, link)
    await at.addAuthenticator()
    await at.shows('Set up two-step sign-in')
    await looksRight(at.page, 'enrol-1-invitation')
    await at.press('Start')
    await at.shows('Add a device')
    assert(!at.page.url().includes(link.slice(link.lastIndexOf('/'))))
    assert.equal(await at.focused(), 'Add a device')
    await looksRight(at.page, 'enrol-2-choose')
    const appLink = await at.appLink()
    assert.equal(await at.focused(), 'Scan this QR code with your phone')
    await looksRight(at.page, 'enrol-3-app')
    await at.press('Choose another method')
    assert.match(await at.focused(), /^Countersign app on your phone/)
    const pixel = await activate(await at.appLink())
    assert.notEqual(appLink, '')
    await at.shows('Phone connected')
    assert.equal(await at.page.getByLabel('Name').inputValue(), 'Pixel')
    await looksRight(at.page, 'enrol-4-name')
    await at.name('Nora’s phone')
    await at.shows('If you lose your phone')
    assert.equal(await at.focused(), 'If you lose your phone')
    await looksRight(at.page, 'enrol-5-recovery')
    await at.recoveryCodes()
    await at.press('Create a passkey')
    await at.text('Passkey created')
    await looksRight(at.page, 'enrol-6-codes')
    await at.page.getByLabel('I have saved these codes in a safe place').check()
    await at.press('Continue')
    await at.shows('Test your phone')
    await looksRight(at.page, 'enrol-7-test')
    const pushCode = await at.testPush()
    await looksRight(at.page, 'enrol-7-test-waits')
    await pixel.answerNext('deny')
    await at.text(/was denied on the phone/)
    await looksRight(at.page, 'enrol-7-test-denied')
    await at.press('Send another one')
    const nextCode = (await at.page.locator('.shown-code [aria-hidden]').textContent()) ?? ''
    assert.notEqual(pushCode, '')
    await pixel.answerNext('approve', { code: nextCode })
    await at.shows('Your phone works')
    await looksRight(at.page, 'enrol-7-test-works')
    await at.press('Continue')
    await at.shows('You’re all set')
    assert.deepEqual(await at.typedWords(), ['push', '123456'])
    await looksRight(at.page, 'enrol-7-done')
    const nora = await new Users().byName('nora', service.store.db)
    const [phone] = await phones.ofUser(nora?.userId ?? '', service.store.db)
    assert.deepEqual([phone?.name, phone?.pushActivated], ['Nora’s phone', true])

    // a second device needs no codes anew, which would take the place of those just kept
    await at.press('Add another device')
    await at.press(/^Authenticator app/)
    const key = (await at.page.locator('.setup-key').textContent()) ?? ''
    await looksRight(at.page, 'enrol-authenticator')
    await at.page.getByLabel('Code that the app shows').fill('000')
    await at.press('Confirm')
    await at.text(/The code is wrong/)
    await looksRight(at.page, 'enrol-authenticator-wrong')
    await at.page.getByLabel('Code that the app shows').fill(authenticatorCode(key))
    await at.press('Confirm')
    await at.shows('You’re all set')
    assert.deepEqual(await at.typedWords(), ['push', '123456', '123456'])
    await looksRight(at.page, 'enrol-8-done-two')
    // signs in with the device that was just added
    await at.press('Finish')
    await at.page.getByRole('tab', { name: 'Devices' }).waitFor()
    await at.text('Nora’s phone')
    await at.close()
  })

  test('adds a phone by number, and reports a wrong code at its field', async () => {
    const link = await invitation('nils')
    const at = await PortalPage.open(chromium, link)
    await at.press('Start')
    await at.press(/^Phone number/)
    await at.page.getByLabel('Phone number').fill('555')
    await at.press('Send code')
    await at.text(/with its country code, such as \+1 555 010 1234\.$/)
    await looksRight(at.page, 'enrol-number-1')
    await at.page.getByLabel('Phone number').fill('+1 555 010 4711')
    await at.press('Send code')
    await at.page.getByLabel('Code from the SMS').fill('12')
    await at.press('Confirm')
    await at.text(/The code is wrong/)
    await looksRight(at.page, 'enrol-number-2')
    await at.page.getByLabel('Code from the SMS').fill(sentCode())
    await at.press('Confirm')
    await at.shows('Phone connected')
    // continues after a reload
    await at.page.reload()
    await at.shows('If you lose your phone')
    await at.recoveryCodes()
    await at.page.reload()
    await at.text('You already have 10')
    await looksRight(at.page, 'enrol-5-recovery-again')
    await at.press('Keep my current codes')
    await at.shows('You’re all set')
    assert.deepEqual(await at.typedWords(), ['sms'])
    await looksRight(at.page, 'enrol-7-done-number')

    const stranger = await PortalPage.open(chromium, link)
    await stranger.press('Start')
    await stranger.shows('This link has already been used')
    assert.equal(await stranger.focused(), 'This link has already been used')
    await looksRight(stranger.page, 'link-used')
    await stranger.close()
    await at.close()
  })

  test('shows the word for the new phone if the old one is lost', async () => {
    const { userId } = await service.addUser({ username: 'lost' })
    await service.addPushPhone(userId, { name: 'Lost phone' })
    const link = await invitation('lost', { userId })
    aheadMs += 1000
    const at = await PortalPage.open(chromium, link)
    await at.press('Start')
    const elsewhere = await PortalPage.open(chromium, link)
    await elsewhere.press('Start')
    await elsewhere.shows('This link is open in another browser')
    await looksRight(elsewhere.page, 'link-elsewhere')
    await elsewhere.close()
    await activate(await at.appLink())
    await at.name('New phone')
    await at.press('Skip')
    await at.press('Continue without testing')
    assert.deepEqual(await at.typedWords(), ['push2', '123456'])
    await at.close()
  })

  test('explains unusable links and what to do', async () => {
    const at = await PortalPage.open(chromium, '/portal#/enroll/AAAAAAAAAAAAAAAAAAAAAA')
    await at.press('Start')
    await at.shows('This link is no longer valid')
    await looksRight(at.page, 'link-over')
    const { userId } = await service.addUser({ username: 'enrolled' })
    const link = await invitation('enrolled', { userId, createdBy: 'preauth' })
    await service.addToken(userId)
    await at.page.goto(link)
    await at.press('Start')
    await at.shows('You’re already set up')
    await looksRight(at.page, 'link-enrolled')
    await at.page.getByRole('link', { name: 'Sign in with your device' }).click()
    await at.shows('Your devices')
    await at.close()
  })

  test('reports a lost network, and continues when it is back', async () => {
    const at = await PortalPage.open(chromium, await invitation('offline'))
    await at.shows('Set up two-step sign-in')
    await at.page.context().setOffline(true)
    await at.press('Start')
    await at.text('Can’t reach the service')
    await looksRight(at.page, 'enrol-1-offline')
    await at.page.context().setOffline(false)
    await at.press('Start')
    await at.shows('Add a device')
    await at.page.context().setOffline(true)
    await at.press(/Countersign app on your phone/)
    await at.text('Can’t create a QR code')
    await looksRight(at.page, 'enrol-3-offline')
    await at.page.context().setOffline(false)
    await at.press('Try again')
    await at.page.getByRole('img', { name: /QR code/ }).waitFor()
    await at.close()
  })
})
