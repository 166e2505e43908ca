import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { Chromium, Look } from './chromium.ts'

/** The portal in one person's browser. */
export class PortalPage {
  readonly page: Page

  private constructor(page: Page) {
    this.page = page
  }

  static async open(
    chromium: Chromium,
    link: string,
    look?: Look,
    device: { readonly userAgent?: string } = {},
  ): Promise<PortalPage> {
    const page = await (await chromium.person(look, device)).newPage()
    await page.goto(link)
    return new PortalPage(page)
  }

  /** Waits for a page by its heading; the window has the same title. */
  async shows(heading: string | RegExp): Promise<void> {
    await this.page.getByRole('heading', { name: heading, level: 1 }).waitFor()
    const title = await this.page.title()
    if (typeof heading === 'string') assert.ok(title.startsWith(`${heading} · `), title)
  }

  async press(button: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: button }).click()
  }

  async text(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor()
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click()
  }

  /** Chooses from the menu of a device. */
  async choose(device: string, act: 'Rename' | 'Remove'): Promise<void> {
    await this.press(`Change ${device}`)
    await this.page.getByRole('menuitem', { name: act }).click()
  }

  /** Presses a button of the dialog that is open. */
  async answer(button: string): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: button }).last().click()
  }

  /** The focused element, as a screen reader announces it. */
  async focused(): Promise<string> {
    return await this.page.evaluate<string>(
      'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent',
    )
  }

  /** Begins to add a phone by its app. @returns The link that the QR code is of. */
  async appLink(): Promise<string> {
    await this.press(/Countersign app on your phone/)
    await this.page.getByRole('img', { name: /QR code/ }).waitFor()
    const link = await this.page.getByRole('link', { name: /Open the app/ }).getAttribute('href')
    return link ?? ''
  }

  /** Has the app on a phone asked. @returns The code that the app will ask for. */
  async push(): Promise<string> {
    await this.press('Send a push')
    return (await this.page.locator('.shown-code [aria-hidden]').textContent()) ?? ''
  }

  /** Sends the test push of an enrolment. @returns The code that the app will ask for. */
  async testPush(): Promise<string> {
    await this.press('Send a test push')
    return (await this.page.locator('.shown-code [aria-hidden]').textContent()) ?? ''
  }

  /** Names the device that was just added. */
  async name(name: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Name' }).fill(name)
    await this.press('Continue')
  }

  /** Has recovery codes made in an enrolment. @returns Them. */
  async recoveryCodes(): Promise<string[]> {
    await this.press('Show recovery codes')
    const codes = this.page.locator('.codes li span')
    await codes.nth(9).waitFor()
    return (await codes.allTextContents()).map((code) => code.replaceAll(' ', ''))
  }

  /** What the last page of an enrolment says is typed at a login. */
  async typedWords(): Promise<string[]> {
    const words = this.page.getByRole('rowheader')
    await words.first().waitFor()
    return await words.allTextContents()
  }

  /** Gives it an authenticator that makes passkeys, as a laptop with a fingerprint reader is one. */
  async addAuthenticator(): Promise<void> {
    const cdp = await this.page.context().newCDPSession(this.page)
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
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }
}
