import assert from 'node:assert/strict'
import { HOTP, URI } from 'otpauth'
import type { Page } from 'playwright-core'
import { failureMessage } from '../../src/workspaces/directory/login.ts'
import { AppOnPhone } from '../rig/app_on_phone.ts'
import { Chromium, looksRight, skipChromium } from '../rig/chromium.ts'
import { CountersignUp } from '../rig/countersign_up.ts'
import { story } from '../rig/story.ts'
import { until } from '../rig/until.ts'

story('The sign-in page of the simulated directory', { skip: skipChromium }, (story) => {
  const { before, after, step } = story
  const problems: string[] = []
  let up: CountersignUp
  let chromium: Chromium
  let page: Page
  let phone: AppOnPhone

  before(async () => {
    up = await CountersignUp.start()
    chromium = await Chromium.start(up.port)
    page = await (await chromium.person({ width: 1280, scheme: 'light' })).newPage()
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
  })
  after(async () => {
    await chromium?.close()
    await up?.stop()
  })

  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  const field = (name: string) => page.getByRole('textbox', { name, exact: true })
  const signIn = async (mfaCode: string, password = up.alicesPassword) => {
    await field('Username').fill('alice')
    await field('Password').fill(password)
    await field('MFA Code').fill(mfaCode)
    await page.keyboard.press('Enter')
  }
  const isSignedIn = async () => {
    await page.getByRole('heading', { name: /^Your desktop/ }).waitFor()
    await button('Sign out').click()
    assert.equal(await field('MFA Code').inputValue(), '')
  }
  const isDenied = async () => {
    await until(async () => !(await page.getByText('Signing in…').isVisible()))
    assert.deepEqual(await page.locator('main [role=alert]').allTextContents(), [failureMessage])
  }
  /** The newest sign-in or probe in the drawing. */
  const newest = () => page.locator('.group').first()
  /** Its packets, as a screen reader hears them. */
  const packets = async () => {
    const all = await newest().locator('.packet').all()
    return await Promise.all(
      all.map(async (packet) => (await packet.getAttribute('aria-label')) ?? ''),
    )
  }
  const draws = async (expected: RegExp) =>
    await until(async () => (await packets()).some((label) => expected.test(label)))

  step('draws the probe of both controllers', async () => {
    await page.goto(up.signInUrl)
    await draws(/Access-Request from Controller 1 127\.0\.0\.11 to Proxy 127\.0\.0\.1:\d+$/)
    await draws(/Access-Reject \(as expected\) from Proxy .* to Controller 2 127\.0\.0\.12$/)
    await page.getByText('Completed').first().waitFor()
  })

  step('has name, password and MFA code on one form, and needs all three', async () => {
    await field('Username').fill('alice')
    await field('Password').fill(up.alicesPassword)
    assert(await button('Sign In').isDisabled())
    await button('Type push as MFA code').click()
    assert.equal(await field('MFA Code').inputValue(), 'push')
    assert(await button('Sign In').isEnabled())
    await looksRight(page, 'sign-in')
  })

  step('signs in with a passcode, once', async () => {
    const token = URI.parse(up.alicesToken)
    assert(token instanceof HOTP)
    const passcode = token.generate({ counter: 0 })
    await signIn(passcode)
    await isSignedIn()
    await signIn(passcode)
    await isDenied()
    assert.equal(await field('MFA Code').inputValue(), '')
    await draws(/Access-Reject/)
  })

  step('waits for a push, draws its way to the phone, and signs in when approved', async () => {
    phone = await AppOnPhone.connect(chromium, up.activationLink, "Alice's phone")
    await signIn('push')
    await phone.look()
    await draws(/auth from Proxy 127\.0\.0\.1:\d+ to MFA service$/)
    await draws(/push sent from MFA service to Phone$/)
    await newest().getByText('In progress').waitFor()
    assert.equal(await page.getByText('Signing in…').count(), 1)
    await phone.press('Approve')
    await isSignedIn()
    await draws(/approved from Phone to MFA service, ok$/)
    await draws(/Access-Accept from Proxy .* to Controller \d .*, ok$/)
    await draws(/accepted from Controller \d .* to Client, ok$/)
  })

  step('shows the details of a packet, by mouse and by keyboard', async () => {
    await newest()
      .getByRole('button', { name: /Access-Accept/ })
      .click()
    const details = page.getByRole('region', { name: 'Details of Access-Accept' })
    await details.getByText('RADIUS', { exact: true }).waitFor()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Details of answer to auth' }).waitFor()
    await looksRight(page, 'sign-in-drawing')
    const html = await page.content()
    assert(!html.includes(up.alicesPassword) && !html.includes(up.radius.secret))
  })

  step('shows the same as a list, can be paused and cleared', async () => {
    await page.getByText('List', { exact: true }).click()
    await page.getByText(/^approved from Phone to MFA service, ok/).waitFor()
    await button('Pause').click()
    await signIn('push', 'wrong password')
    await isDenied()
    await page.getByText(/^Paused: \d+ steps have happened since\.$/).waitFor()
    await button('Resume').click()
    await newest()
      .getByText(/^denied from Controller/)
      .waitFor()
    const text = await newest().textContent()
    assert.doesNotMatch(text ?? '', /Access-Request/)
    await button('Clear').click()
    await page.getByText('No packets yet.').waitFor()
    await page.getByText('Drawing', { exact: true }).click()
  })

  step('a dead proxy, switched on beside the knobs, gives the same one text', async () => {
    await button('Directory').click()
    const drawer = page.getByRole('dialog', { name: 'The simulated directory' })
    await drawer.getByText('Last probe').waitFor()
    await drawer.getByRole('switch', { name: 'The proxy is down' }).click()
    await drawer.getByRole('spinbutton', { name: /^deadlineMs/ }).fill('500')
    await drawer.getByRole('button', { name: 'Set deadlineMs' }).click()
    await drawer.getByText('changed', { exact: true }).last().waitFor()
    await looksRight(page, 'sign-in-directory')
    await page.keyboard.press('Escape')
    await page.getByText('1 fault on').waitFor()
    await signIn('push')
    await isDenied()
    await draws(/Access-Request from Controller .*, lost$/)
    await draws(/no reply/)
  })

  step('logs no error and no violation of its Content-Security-Policy', () => {
    assert.deepEqual(problems, [])
  })
})
