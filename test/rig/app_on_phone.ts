import type { BrowserContext, Page } from 'playwright-core'
import type { Chromium } from './chromium.ts'

/** A phone with the push app, held by somebody who looks at its screen: a browser of its own. */
export class AppOnPhone {
  readonly context: BrowserContext
  readonly page: Page

  private constructor(context: BrowserContext, page: Page) {
    this.context = context
    this.page = page
  }

  /** Opens an activation link on a new phone, and connects it. */
  static async connect(chromium: Chromium, link: string, name: string): Promise<AppOnPhone> {
    const context = await chromium.person()
    const page = await context.newPage()
    const phone = new AppOnPhone(context, page)
    await page.goto(link)
    await page.getByRole('textbox', { name: 'Name of this phone' }).fill(name)
    await phone.press('Connect')
    await phone.shows('Sign-ins')
    await page.getByText('No sign-in requests').waitFor()
    return phone
  }

  /** Waits for a screen by its heading. */
  async shows(
    heading: string | RegExp,
    options: { readonly timeout?: number } = {},
  ): Promise<void> {
    await this.page.getByRole('heading', { name: heading, level: 1 }).waitFor(options)
  }

  async press(button: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: button }).click()
  }

  /** Waits until a sign-in waits, and opens it. */
  async look(): Promise<void> {
    await this.page.getByRole('link', { name: /Answer/ }).click()
    await this.shows(/^Are you signing in to/)
  }

  /** Presses a button of the sign-in that waits next, and goes back to the first screen. */
  async answer(button: 'Approve' | 'Deny'): Promise<void> {
    await this.look()
    await this.press(button)
    await this.shows(button === 'Approve' ? 'Approved' : 'Denied')
    await this.done()
  }

  async done(): Promise<void> {
    await this.page.getByRole('link', { name: 'Done' }).click()
    await this.shows('Sign-ins')
  }

  /** The code that it shows for the sign-in that is open. */
  async shownCode(): Promise<string> {
    return (await this.page.locator('.digits-big [aria-hidden]').textContent()) ?? ''
  }

  /** The passcode that it shows now. */
  async passcode(): Promise<string> {
    const spelled = await this.page.locator('output.digits').getAttribute('aria-label')
    return (spelled ?? '').replaceAll(' ', '')
  }
}
