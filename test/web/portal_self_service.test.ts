import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { BypassCodes } from '../../src/service/authenticators/bypass/bypass_codes.ts'
import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import { Chromium, looksRight, skipChromium } from '../rig/chromium.ts'
import { PortalPage } from '../rig/portal_page.ts'
import { PushPhone } from '../rig/push_phone.ts'
import { TestService } from '../rig/service.ts'

describe('self-service in a browser', { skip: skipChromium }, () => {
  let service: TestService
  let chromium: Chromium
  let phones: Phones
  before(async () => {
    service = await TestService.start({
      config: {
        push: {
          fatigue: { limit: 0, windowMs: 0 },
          fraudLocks: true,
          fraudMailed: true,
          fraudEmails: [],
        },
      },
      delivery: { sms: { send: async () => {} } },
    })
    phones = new Phones()
    chromium = await Chromium.start(service.service.port)
  })
  after(async () => {
    await chromium?.close()
    await service.close()
  })

  const activate = (link: string) => {
    const code = /activate\/(\w+)$/.exec(link)?.[1] ?? ''
    return PushPhone.activate((raw) => service.send(raw), code, { name: 'Pixel' })
  }
  const addNumber = (userId: string, number: string, name: string) =>
    service.store.transaction((db) => phones.add(userId, { number, name }, Date.now(), db))

  /** Enters the username and continues. */
  async function named(at: PortalPage, username: string): Promise<void> {
    await at.page.getByLabel('Username').fill(username)
    await at.press('Continue')
    await at.shows('Confirm it’s you')
  }

  async function byCode(at: PortalPage, username: string, code: string): Promise<void> {
    await named(at, username)
    await at.page.getByLabel('Passcode').fill(code)
    await at.press('Sign in')
    await at.shows('Your devices')
  }

  test('signs in with each method, and explains each failure', async () => {
    const { userId } = await service.addUser({ username: 'sam' })
    const phone = await service.addPushPhone(userId)
    const at = await PortalPage.open(chromium, '/')
    await looksRight(at.page, 'root')
    await at.page.getByRole('link', { name: /Your devices/ }).click()
    await at.shows('Your devices')
    await looksRight(at.page, 'sign-in-1-name')
    await named(at, 'sam')
    assert.equal(await at.focused(), 'Confirm it’s you')
    await looksRight(at.page, 'sign-in-2-ways')
    await at.page.getByLabel('Passcode').fill('000000')
    await at.press('Sign in')
    await at.text(/Sign-in failed/)
    await looksRight(at.page, 'sign-in-2-wrong')
    await at.press('Send me a passcode by SMS')
    await at.text('we sent a passcode to it')
    await looksRight(at.page, 'sign-in-2-sent')
    await at.push()
    assert.equal(await at.focused(), 'Enter this code in the app')
    await looksRight(at.page, 'sign-in-3-push')
    await phone.answerNext('deny')
    await at.text('The request was denied on the phone')
    await looksRight(at.page, 'sign-in-3-refused')
    await at.press('Try again')
    await at.press('Not you?')
    await at.shows('Your devices')
    await at.page.context().setOffline(true)
    await at.page.getByLabel('Username').fill('sam')
    await at.press('Continue')
    await at.text('Can’t reach the service')
    await looksRight(at.page, 'sign-in-1-offline')
    await at.close()
  })

  test('manages devices: order by keyboard and mouse, rename, remove all but the last', async () => {
    const { userId } = await service.addUser({ username: 'sue' })
    const phone = await service.addPushPhone(userId, { name: 'Pixel 9' })
    await addNumber(userId, '+15550100815', 'Old phone')
    await service.addPushPhone(userId, { name: 'Tablet' })
    const names = async () =>
      (await phones.ofUser(userId, service.store.db)).map(({ name }) => name)
    const at = await PortalPage.open(chromium, '/portal')
    const { page } = at
    await named(at, 'sue')
    await phone.answerNext('approve', { code: await at.push() })
    await at.shows('Your devices')
    await at.text('push3')
    await looksRight(page, 'devices')

    await page.reload()
    await at.text('push3')
    for (const expected of [
      /^Skip to content$/,
      /^Account sue$/,
      /^Devices$/,
      /^Add a device$/,
      /^Pixel 9: number 1\. Use the up and down arrow keys/,
      /^Change Pixel 9$/,
      /^Old phone: number 2/,
    ]) {
      await page.keyboard.press('Tab')
      assert.match(await at.focused(), expected)
    }
    await page.getByRole('link', { name: 'Skip to content' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    assert.equal(await at.focused(), 'Devices')

    await page.getByRole('button', { name: /^Pixel 9: number 1/ }).focus()
    const kept = page.waitForResponse((answer) => answer.request().method() === 'PUT')
    await page.keyboard.press('ArrowDown')
    await kept
    assert.match(await at.focused(), /^Pixel 9: number 2/)
    assert.deepEqual(await names(), ['Old phone', 'Pixel 9', 'Tablet'])
    await drag(page, 'Tablet', 'Old phone')
    assert.deepEqual(await names(), ['Tablet', 'Old phone', 'Pixel 9'])

    await at.press('Change Tablet')
    await looksRight(page, 'devices-menu')
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Sofa')
    await looksRight(page, 'devices-rename')
    await at.answer('Rename')
    await at.text('Sofa')
    for (const name of ['Sofa', 'Old phone']) {
      await at.choose(name, 'Remove')
      if (name === 'Sofa') await looksRight(page, 'devices-remove')
      await at.answer('Remove')
      await page.getByRole('listitem').filter({ hasText: name }).waitFor({ state: 'detached' })
      assert.equal(await at.focused(), 'Your devices, in order')
    }
    assert.deepEqual(await names(), ['Pixel 9'])
    await at.choose('Pixel 9', 'Remove')
    await at.text(/This is your only way to sign in/)
    await looksRight(page, 'devices-last')
    await at.answer('OK')

    await at.press('Add a device')
    await looksRight(page, 'devices-add-1')
    const link = await at.appLink()
    await looksRight(page, 'devices-add-2')
    await activate(link)
    await at.text('Phone connected')
    await looksRight(page, 'devices-add-3')
    await at.name('Second')
    await at.text('push2')
    await at.close()
  })

  test('manages recovery codes and passkeys', async () => {
    const { userId } = await service.addUser({ username: 'rita' })
    await service.addToken(userId)
    const [code = ''] = await service.addBypassCodes(userId, 1)
    const recovery = { count: 3, createdBy: 'user:rita' }
    await service.store.transaction((db) =>
      new BypassCodes(service.store).createRecovery(userId, recovery, Date.now(), db),
    )
    const at = await PortalPage.open(chromium, '/portal')
    await at.addAuthenticator()
    await byCode(at, 'rita', code)
    await at.text('Type its passcode')
    await looksRight(at.page, 'devices-token')
    await at.tab('Recovery')
    await at.shows('Recovery')
    await at.press('Create a passkey')
    await at.text('Your passkeys')
    await at.press('Create new codes')
    await looksRight(at.page, 'recovery-1')
    await at.press('Replace codes')
    await at.page.getByRole('listitem').nth(9).waitFor()
    await looksRight(at.page, 'recovery-2-codes')
    await at.page.getByRole('button', { name: /^Rename Passkey/ }).click()
    await at.page.getByRole('textbox', { name: 'Name' }).fill('Laptop')
    await looksRight(at.page, 'recovery-3-rename')
    await at.answer('Rename')
    await at.press('Remove Laptop')
    await looksRight(at.page, 'recovery-4-remove')
    await at.answer('Remove')
    await at.text('Laptop removed')
    await at.close()
  })

  test('reports a sign-in, which locks the account and ends the session', async () => {
    const { userId } = await service.addUser({ username: 'hans' })
    const { phoneId } = await addNumber(userId, '+15550100816', 'Phone')
    const [code = ''] = await service.addBypassCodes(userId, 1)
    const at = await PortalPage.open(chromium, '/portal')
    await byCode(at, 'hans', code)
    await at.tab('History')
    await at.text('Recovery code: accepted')
    await looksRight(at.page, 'history')
    await at.press(/^Account/)
    await looksRight(at.page, 'account')
    await at.page.keyboard.press('Escape')
    await service.store.db.deleteFrom('authentication_log').execute()
    await at.page.reload()
    await at.text('No sign-ins yet')
    await looksRight(at.page, 'history-empty')
    await service.store.transaction((db) => phones.remove(phoneId, db))
    await at.tab('Devices')
    await at.text('No devices yet')
    await looksRight(at.page, 'devices-empty')
    await at.close()

    const { userId: id } = await service.addUser({ username: 'heidi' })
    await service.addToken(id)
    const [hers = ''] = await service.addBypassCodes(id, 1)
    const out = await PortalPage.open(chromium, '/portal')
    await byCode(out, 'heidi', hers)
    await out.tab('History')
    await out.press('This wasn’t me')
    await looksRight(out.page, 'history-report')
    await out.press('Report')
    await out.text('Your account is locked')
    await looksRight(out.page, 'history-locked')
    await out.press('Go to sign-in')
    await out.shows('Your devices')
    await out.page.getByLabel('Username').waitFor()
    await out.close()
  })

  test('reports what can’t be loaded, and retries', async () => {
    const { userId } = await service.addUser({ username: 'otto' })
    await service.addToken(userId)
    const [code = ''] = await service.addBypassCodes(userId, 1)
    const at = await PortalPage.open(chromium, '/portal')
    await byCode(at, 'otto', code)
    await at.page.context().setOffline(true)
    await at.tab('History')
    await at.text('Can’t show your sign-ins')
    await looksRight(at.page, 'history-offline')
    await at.page.context().setOffline(false)
    await at.press('Try again')
    await at.text('Recovery code: accepted')
    // over for every page at once
    await service.store.db.deleteFrom('portal_sessions').execute()
    await at.tab('Devices')
    await at.page.getByLabel('Username').waitFor()
    await at.close()
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
