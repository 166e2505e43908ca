import type { BrowserContext, Page } from 'playwright-core'
import type { Chromium } from './chromium.ts'

/** A phone with the push app, in its own browser, used through its screen. */
export class AppOnPhone {
  readonly context: BrowserContext
  readonly page: Page

  private constructor(context: BrowserContext, page: Page) {
    this.context = context
    this.page = page
  }

  /** Activates the app on a new phone with an activation link. */
  static async connect(chromium: Chromium, link: string, name: string): Promise<AppOnPhone> {
    const context = await chromium.person()
    const page = await context.newPage()
    const phone = new AppOnPhone(context, page)
    await page.goto(link)
    await page.getByRole('textbox', { name: 'Name of this phone' }).fill(name)
    await phone.press('Connect')
    await phone.skipNotifications()
    await phone.shows('Sign-ins')
    await page.getByText('No sign-in requests').waitFor()
    return phone
  }

  /** Leaves the screen that asks for notifications; browsers of tests block them. */
  async skipNotifications(): Promise<void> {
    await this.shows(/notifications/i)
    await this.page.getByRole('link', { name: /^(Not now|Continue)$/ }).click()
  }

  /** Waits for a screen by its heading. */
  async shows(heading: string | RegExp): Promise<void> {
    await this.page.getByRole('heading', { name: heading, level: 1 }).waitFor()
  }

  async press(button: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: button }).click()
  }

  /** Waits for a sign-in; the only one that waits opens by itself. */
  async look(): Promise<void> {
    await this.shows(/^Are you signing in to/)
  }

  /** Whether the open sign-in can be approved without typing a code at the login. */
  async canApprove(): Promise<boolean> {
    return (await this.page.getByRole('button', { name: 'Approve' }).count()) > 0
  }

  /** Approves the next sign-in with the code that the login shows. */
  async approveWithCode(code: string): Promise<void> {
    await this.look()
    await this.page.getByRole('textbox', { name: 'Code on your sign-in screen' }).fill(code)
    await this.press('Approve')
    await this.shows('Approved')
    await this.done()
  }

  /** Answers the next sign-in, and returns to the first screen. */
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

  /** The code that the app shows for the open sign-in. */
  async shownCode(): Promise<string> {
    return (await this.page.locator('.digits-big [aria-hidden]').textContent()) ?? ''
  }

  /** The passcode that the app shows now. */
  async passcode(): Promise<string> {
    const spelled = await this.page.locator('output.digits').getAttribute('aria-label')
    return (spelled ?? '').replaceAll(' ', '')
  }
}
