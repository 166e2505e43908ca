import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import {
  AdminClient,
  type AdminService,
  addAdministrator,
  type TestAdministrator,
} from './admin_client.ts'
import type { Chromium, Look } from './chromium.ts'

interface Account {
  readonly administrator: TestAdministrator
  readonly client: AdminClient
}

/** The Admin Panel in one administrator's browser. */
export class AdminPage {
  readonly page: Page
  /** The account that the browser signs in to; none if it was opened by a link. */
  readonly #account: Account | undefined
  readonly #complaints: string[] = []

  private constructor(page: Page, account: Account | undefined) {
    this.page = page
    this.#account = account
    // the browser logs violations of the Content-Security-Policy as errors
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) {
        this.#complaints.push(message.text())
      }
    })
    page.on('pageerror', ({ message }) => this.#complaints.push(message))
  }

  /** Opens a page of the panel as a new administrator, who is not signed in yet. */
  static async open(
    chromium: Chromium,
    service: AdminService,
    path: string,
    options: { readonly role?: string; readonly name?: string; readonly look?: Look } = {},
  ): Promise<AdminPage> {
    const { look = { width: 1280, scheme: 'light' }, ...account } = options
    const administrator = await addAdministrator(service.store, account)
    const page = await (await chromium.person(look)).newPage()
    const opened = new AdminPage(page, { administrator, client: new AdminClient(service) })
    await page.goto(`/admin${path}`)
    return opened
  }

  /** Opens an address in a new browser profile, such as a one-time link. */
  static async at(chromium: Chromium, address: string, look?: Look): Promise<AdminPage> {
    const wide: Look = { width: 1280, scheme: 'light' }
    const page = await (await chromium.person(look ?? wide)).newPage()
    const opened = new AdminPage(page, undefined)
    await page.goto(address)
    return opened
  }

  /**
   * Opens a page of the panel as a new administrator who is signed in. The sign-in is one without a page, which would
   * cost a second of CPU time; `signIn` has the form.
   */
  static async signedIn(
    chromium: Chromium,
    service: AdminService,
    path: string,
    options: { readonly role?: string; readonly name?: string; readonly look?: Look } = {},
  ): Promise<AdminPage> {
    const { look = { width: 1280, scheme: 'light' }, ...account } = options
    const administrator = await addAdministrator(service.store, account)
    const context = await chromium.person(look)
    const page = await context.newPage()
    const userAgent = await page.evaluate<string>('navigator.userAgent')
    const client = new AdminClient(service, Date.now, userAgent)
    await client.signIn(administrator)
    await context.addCookies(client.cookies(`https://localhost:${service.port}`))
    const opened = new AdminPage(page, { administrator, client })
    await page.goto(`/admin${path}`)
    return opened
  }

  /** Types the password, then a passcode. */
  async signIn(): Promise<void> {
    await this.typePassword()
    await this.typePasscode('Sign in')
  }

  async typePassword(): Promise<void> {
    const { administrator, password } = this.#known().administrator
    await this.type('E-mail address', administrator.email)
    await this.type('Password', password)
    await this.press('Continue')
  }

  /** Types a passcode that was not used yet; two at most in 30 seconds. */
  async typePasscode(button: string): Promise<void> {
    const { administrator, client } = this.#known()
    await this.type('Passcode', client.passcode(administrator))
    await this.press(button)
  }

  async type(field: string, text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: field, exact: true }).fill(text)
  }

  async signOut(): Promise<void> {
    await this.press(/^Account of /)
    await this.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await this.shows('Sign in')
  }

  /** Gives the browser an authenticator that makes passkeys. */
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

  /** Waits for a page by its heading; the window has the same title. */
  async shows(heading: string): Promise<void> {
    try {
      await this.page.getByRole('heading', { name: heading, level: 1, exact: true }).waitFor()
    } catch (error) {
      const shown = await this.page.locator('body').ariaSnapshot()
      throw new Error(`no page '${heading}' at ${this.address}, but: ${shown}`, { cause: error })
    }
    assert.equal(await this.page.title(), `${heading} · Countersign`)
  }

  async press(button: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: button, exact: true }).click()
  }

  async text(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor()
  }

  /** Presses a button of the dialog that is open. */
  async answer(button: string): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click()
  }

  /** Waits until path and query of the page match. */
  async arrives(address: RegExp): Promise<void> {
    await this.page.waitForURL(({ pathname, search }) => address.test(pathname + search))
  }

  /** Waits until something is no longer on the page, such as what was in a dialog that closes. */
  async lacks(what: Locator): Promise<void> {
    await what.waitFor({ state: 'detached' })
  }

  /** Path and query of the page, without the host. */
  get address(): string {
    const { pathname, search } = new URL(this.page.url())
    return pathname + search
  }

  /** Asserts that the browser logged no error, such as a violation of the Content-Security-Policy. */
  assertClean(): void {
    assert.deepEqual(this.#complaints, [])
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }

  #known() {
    if (this.#account === undefined) throw new Error('this browser has no account')
    return this.#account
  }
}
