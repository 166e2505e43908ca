import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { Chromium } from './chromium.ts'
import { Running } from './running.ts'
import { until } from './until.ts'

/** A problem as the page lists it. */
export interface ListedProblem {
  readonly line: number
  readonly message: string
}

/** `authproxy_manager` with its page in a browser. */
export class ManagerPage {
  readonly program: Running
  readonly chromium: Chromium
  readonly page: Page
  /** Already used. */
  readonly link: string
  readonly #complaints: string[] = []

  private constructor(program: Running, chromium: Chromium, page: Page, link: string) {
    this.program = program
    this.chromium = chromium
    this.page = page
    this.link = link
    // the browser logs violations of the Content-Security-Policy as errors
    page.on('console', (message) => {
      const isRefusal = /status of 4\d\d|ERR_CONNECTION|ERR_INCOMPLETE/.test(message.text())
      if (message.type() === 'error' && !isRefusal) this.#complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => this.#complaints.push(message))
  }

  /** Starts the command for a file, and opens its link. */
  static async open(command: string, file: string): Promise<ManagerPage> {
    const program = new Running(command, ['--config', file, '--no-open'])
    const [link] = await program.prints(/http:\S+/)
    const chromium = await Chromium.startWithoutTls(new URL(link).origin)
    const page = await (await chromium.person({ width: 1280, scheme: 'light' })).newPage()
    const opened = new ManagerPage(program, chromium, page, link)
    await page.goto(link)
    return opened
  }

  async press(button: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: button, exact: true }).click()
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog')
  }

  async answer(button: string): Promise<void> {
    await this.dialog.getByRole('button', { name: button, exact: true }).click()
  }

  async goTo(page: 'Configuration' | 'Status' | 'Log' | 'Backups'): Promise<void> {
    await this.page.getByRole('link', { name: page }).click()
  }

  async fill(field: string, text: string): Promise<void> {
    await this.page.getByLabel(field, { exact: true }).fill(text)
  }

  /** Waits until the page shows a text. */
  async shows(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor()
  }

  /** Replaces everything in the editor, as by pasting. */
  async paste(text: string): Promise<void> {
    await this.page.locator('.cm-content').focus()
    await this.page.keyboard.press('Control+a')
    await this.page.evaluate(
      `(() => {
        const data = new DataTransfer()
        data.setData('text/plain', ${JSON.stringify(text)})
        const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
        document.querySelector('.cm-content').dispatchEvent(event)
      })()`,
    )
  }

  /** What the editor shows, with dots for secrets. */
  async shownText(): Promise<string> {
    return (await this.page.locator('.cm-line').allTextContents()).join('\n')
  }

  /** Waits until the list of problems satisfies a condition. */
  async problems(
    condition: (problems: readonly ListedProblem[]) => boolean,
  ): Promise<readonly ListedProblem[]> {
    let found: readonly ListedProblem[] = []
    await until(async () => {
      const texts = await this.page.locator('.panel .finding > div > p').allTextContents()
      found = texts.map((text) => {
        const [, line = '0', message = ''] = /^Line (\d+)\s+(.*)$/s.exec(text) ?? []
        return { line: Number(line), message }
      })
      return condition(found)
    })
    return found
  }

  /** Asserts that the browser logged no error, such as a violation of the Content-Security-Policy. */
  assertClean(): void {
    assert.deepEqual(this.#complaints, [])
  }

  async close(): Promise<void> {
    await this.chromium.close()
    await this.program.stop()
  }
}
