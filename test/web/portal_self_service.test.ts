import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import type { SmsMessage } from '../../src/service/delivery/delivery.ts'
import { Phones } from '../../src/service/directory/phones.ts'
import { Users } from '../../src/service/directory/users.ts'
import { Chromium, looksRight, skipChromium } from '../rig/chromium.ts'
import { invite } from '../rig/portal_browser.ts'
import { PushPhone } from '../rig/push_phone.ts'
import { TestService } from '../rig/service.ts'

describe('the portal in a browser', { skip: skipChromium }, () => {
  const messages: SmsMessage[] = []
  let service: TestService
  let chromium: Chromium
  let phones: Phones
  before(async () => {
    service = await TestService.start({
      delivery: { sms: { send: async (message) => void messages.push(message) } },
    })
    phones = new Phones(service.store)
    chromium = await Chromium.start(service.service.port)
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click()
  const heading = (page: Page, name: string | RegExp) =>
    page.getByRole('heading', { name, level: 1 }).waitFor()

  /** A browser that can make passkeys and show them, as a laptop with a fingerprint reader does. */
  async function withAuthenticator(context: BrowserContext): Promise<Page> {
    const page = await context.newPage()
    const cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    return page
  }

  async function activate(page: Page): Promise<PushPhone> {
    const link = page.getByRole('link', { name: /Open the app/ })
    const address = await link.getAttribute('href')
    const code = /activate\/(\w+)$/.exec(address ?? '')?.[1] ?? ''
    return await PushPhone.activate((raw) => service.send(raw), code, { name: 'Pixel' })
  }

  test('from the invitation to what is typed at the next login, by the app', async () => {
    const code = await invite(service, 'nora', { now: Date.now() })
    const page = await withAuthenticator(await chromium.person())
    await page.goto(`/portal#/enroll/${code}`)
    await heading(page, 'Set up your second factor')
    await looksRight(page, 'enrol-1-invitation')
    await press(page, 'Start')
    await heading(page, 'What will you sign in with?')
    assert(!page.url().includes(code))
    await looksRight(page, 'enrol-2-choose')
    await press(page, /The app on my phone/)
    await page.getByRole('img', { name: /QR code/ }).waitFor()
    await looksRight(page, 'enrol-3-app')
    await activate(page)
    await heading(page, 'Your phone is connected')
    await looksRight(page, 'enrol-4-name')
    await page.getByRole('textbox', { name: 'Name' }).fill('Nora’s phone')
    await press(page, 'Continue')
    await heading(page, 'In case you lose your phone')
    await press(page, 'Show my recovery codes')
    await page.getByRole('listitem').nth(9).waitFor()
    await press(page, 'Make a passkey')
    await page.getByText('The passkey is made').waitFor()
    await looksRight(page, 'enrol-5-recovery')
    await page.getByLabel('I have put them in a safe place').check()
    await press(page, 'Continue')
    await heading(page, 'You are all set')
    await looksRight(page, 'enrol-6-done')
    const nora = await new Users(service.store).byName('nora')
    const [phone] = await phones.ofUser(nora?.userId ?? '')
    assert.deepEqual([phone?.name, phone?.pushActivated], ['Nora’s phone', true])
    await press(page, 'Finish')
    await heading(page, 'Your devices')

    // and back in by the passkey that was made on the way
    await press(page, 'Use a passkey')
    await page.getByRole('tab', { name: 'Devices' }).waitFor()
    await page.getByText('Nora’s phone').waitFor()
    await page.context().close()
  })

  test('by a number: the code of the message, and a wrong one told at its field', async () => {
    const code = await invite(service, 'nils', { now: Date.now() })
    const context = await chromium.person()
    const page = await context.newPage()
    await page.goto(`/portal#/enroll/${code}`)
    await press(page, 'Start')
    await press(page, /A phone number/)
    await page.getByLabel('Phone number').fill('555')
    await press(page, 'Send me a code')
    await page.getByText(/with its country code, like \+1 555 010 1234\.$/).waitFor()
    await looksRight(page, 'enrol-number-1')
    await page.getByLabel('Phone number').fill('+1 555 010 4711')
    await press(page, 'Send me a code')
    await page.getByLabel('Code from the message').fill('12')
    await press(page, 'Confirm')
    await page.getByText(/That is not the code/).waitFor()
    await looksRight(page, 'enrol-number-2')
    const sent = /\b\d{6}\b/.exec(messages.at(-1)?.text ?? '')?.[0] ?? ''
    await page.getByLabel('Code from the message').fill(sent)
    await press(page, 'Confirm')
    await heading(page, 'Your phone is connected')
    // loaded anew it goes on behind what has been done
    await page.reload()
    await heading(page, 'In case you lose your phone')
    await press(page, 'Skip this')
    await heading(page, 'You are all set')

    const stranger = await (await chromium.person()).newPage()
    await stranger.goto(`/portal#/enroll/${code}`)
    await press(stranger, 'Start')
    await heading(stranger, 'This link has been used')
    await looksRight(stranger, 'link-used')
    await stranger.goto('/portal#/enroll/AAAAAAAAAAAAAAAAAAAAAA')
    await press(stranger, 'Start')
    await heading(stranger, 'This link is not valid any more')
    await looksRight(stranger, 'link-over')
    await stranger.context().close()
    await context.close()
  })

  test('self-service: push with its code, order by keyboard and mouse, rename, remove, the last stays', async () => {
    const { userId } = await service.addUser({ username: 'sue' })
    const phone = await service.addPushPhone(userId, { name: 'Pixel 9' })
    await service.store.transaction((db) =>
      phones.add(userId, { number: '+15550100815', name: 'Old phone' }, Date.now(), db),
    )
    await service.addPushPhone(userId, { name: 'Tablet' })
    const names = async () => (await phones.ofUser(userId)).map(({ name }) => name)
    const context = await chromium.person()
    const page = await context.newPage()
    await page.goto('/portal')
    await looksRight(page, 'sign-in-1-name')
    await page.getByLabel('User name').fill('sue')
    await press(page, 'Continue')
    await heading(page, 'Is it you?')
    await looksRight(page, 'sign-in-2-ways')
    await page.getByLabel('Passcode').fill('000000')
    await press(page, 'Sign in')
    await page.getByText(/That did not work/).waitFor()
    await press(page, 'Ask the app on my phone')
    const code = (await page.locator('.shown-code').textContent()) ?? ''
    await looksRight(page, 'sign-in-3-push')
    await phone.answerNext('approve', { code })
    await page.getByRole('tab', { name: 'Devices' }).waitFor()
    await page.getByText('push2').or(page.getByText('sms')).first().waitFor()
    await looksRight(page, 'devices')

    await page.getByRole('button', { name: /^Pixel 9: number 1/ }).focus()
    const kept = page.waitForResponse((answer) => answer.request().method() === 'PUT')
    await page.keyboard.press('ArrowDown')
    await kept
    assert.deepEqual(await names(), ['Old phone', 'Pixel 9', 'Tablet'])
    await drag(page, 'Tablet', 'Old phone')
    assert.deepEqual(await names(), ['Tablet', 'Old phone', 'Pixel 9'])

    await press(page, 'Change Tablet')
    await looksRight(page, 'devices-menu')
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Sofa')
    await looksRight(page, 'devices-rename')
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
    await page.getByText('Sofa').waitFor()
    for (const name of ['Sofa', 'Old phone']) {
      await press(page, `Change ${name}`)
      await page.getByRole('menuitem', { name: 'Remove' }).click()
      if (name === 'Sofa') await looksRight(page, 'devices-remove')
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
      await page.getByRole('listitem').filter({ hasText: name }).waitFor({ state: 'detached' })
    }
    assert.deepEqual(await names(), ['Pixel 9'])
    await press(page, 'Change Pixel 9')
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await page.getByText(/This is the last thing/).waitFor()
    await looksRight(page, 'devices-last')
    await press(page, 'All right')

    await press(page, 'Add a device')
    await press(page, /The app on my phone/)
    await page.getByRole('img', { name: /QR code/ }).waitFor()
    await looksRight(page, 'devices-add')
    await activate(page)
    await page.getByRole('textbox', { name: 'Name' }).fill('Second')
    await press(page, 'Continue')
    await page.getByText('push2').waitFor()

    await page.getByRole('tab', { name: 'Recovery' }).click()
    await press(page, 'Make ten codes')
    await page.getByRole('listitem').nth(9).waitFor()
    await looksRight(page, 'recovery')
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('button', { name: 'This was not me' }).first().click()
    await looksRight(page, 'history-report')
    await press(page, 'Report it')
    await page.getByText('Thank you, it is reported').waitFor()
    await looksRight(page, 'history-reported')
    await press(page, /everywhere else/)
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await page.getByText('You have reported this').waitFor()
    await looksRight(page, 'history')
    await press(page, /^Account/)
    await looksRight(page, 'account')
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByLabel('User name').waitFor()
    await context.close()
  })

  async function drag(page: Page, what: string, over: string): Promise<void> {
    const handle = page.getByRole('button', { name: new RegExp(`^${what}: number`) })
    const from = await handle.boundingBox()
    const to = await page.getByRole('listitem').filter({ hasText: over }).boundingBox()
    assert(from !== null && to !== null)
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
    await page.mouse.down()
    await page.mouse.move(from.x, to.y + to.height / 2, { steps: 5 })
    await page.mouse.move(from.x, to.y + 4, { steps: 5 })
    const kept = page.waitForResponse((answer) => answer.request().method() === 'PUT')
    await page.mouse.up()
    await kept
  }
})
