import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import axe, { type AxeResults, type RunOptions } from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { skipWithout } from './debian_package.ts'
import { isBrief } from './scope.ts'
import { eventLimitMs } from './until.ts'

/** Without the user interface of the browser, which takes as much time as the pages. */
const shell = '/usr/bin/chromium-headless-shell'
/** Needed for push messages and notifications. */
const wholeBrowser = '/usr/bin/chromium'
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
/** Folder for screenshots of every page that `looksRight` checks; none by default. */
const pictures = process.env.SCREENSHOTS

export const skipChromium =
  skipWithout('chromium', wholeBrowser) || skipWithout('chromium-headless-shell', shell)

export interface Look {
  readonly width: 390 | 1280
  readonly scheme: 'light' | 'dark'
}

/** Every width and scheme, in the order with the fewest changes. */
const looks: readonly Look[] = [
  { width: 390, scheme: 'light' },
  { width: 1280, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
  { width: 390, scheme: 'dark' },
]

/** A real browser that trusts the certificate of one service. */
export class Chromium {
  readonly #browser: Browser
  readonly #address: string

  private constructor(browser: Browser, address: string) {
    this.#browser = browser
    this.#address = address
  }

  /**
   * @param port The service's port on loopback.
   * @param options.notifications Whether the browser takes push messages and shows notifications.
   */
  static async start(
    port: number,
    { notifications = false }: { readonly notifications?: boolean } = {},
  ): Promise<Chromium> {
    // WebAuthn does not work if certificate errors are only ignored
    const known = `--ignore-certificate-errors-spki-list=${await keyHash(port)}`
    const browser = await chromium.launch({
      executablePath: notifications ? wholeBrowser : shell,
      args: [...args, known],
      timeout: eventLimitMs,
    })
    return new Chromium(browser, `https://localhost:${port}`)
  }

  /** A browser for a server on loopback without TLS. @param address `http://127.0.0.1:8444` */
  static async startWithoutTls(address: string): Promise<Chromium> {
    const browser = await chromium.launch({ executablePath: shell, args, timeout: eventLimitMs })
    return new Chromium(browser, address)
  }

  /** A browser profile for one person, with its own cookies. */
  async person(
    look: Look = { width: 390, scheme: 'light' },
    { userAgent }: { readonly userAgent?: string } = {},
  ): Promise<BrowserContext> {
    const { width, scheme } = look
    const context = await this.#browser.newContext({
      baseURL: this.#address,
      colorScheme: scheme,
      reducedMotion: 'reduce',
      viewport: { width, height: width === 390 ? 844 : 860 },
      locale: 'en-GB',
      ...(userAgent === undefined ? {} : { userAgent }),
    })
    context.setDefaultTimeout(eventLimitMs)
    return context
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }
}

/**
 * Asserts that axe finds nothing, at both widths and in both schemes, and that nothing overflows. `npm test` only
 * looks at the narrowest width, because the rest takes a second of CPU time for each page.
 */
export async function looksRight(page: Page, name: string): Promise<void> {
  const before = page.viewportSize()
  // 1280 pixels at 400 % (WCAG 1.4.10)
  await page.setViewportSize({ width: 320, height: 640 })
  assert.equal(await page.evaluate<number>(overflow), 0, `${name} is too wide at 320`)
  if (isBrief()) {
    if (before !== null) await page.setViewportSize(before)
    return
  }
  for (const { width, scheme } of looks) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: width === 390 ? 844 : 860 })
    await page.evaluate(settled)
    const wider = await page.evaluate<number>(overflow)
    assert.equal(wider, 0, `${name} is ${wider} pixels too wide at ${width}`)
    if (pictures !== undefined) {
      mkdirSync(pictures, { recursive: true })
      const path = join(pictures, `${name}-${width}-${scheme}.png`)
      await page.screenshot({ path, fullPage: true })
    }
    // axe finds the same at both widths; the dark scheme differs only in colours
    if (width !== 390) continue
    // not @axe-core/playwright, which sends the 500 kB of axe to the page each time
    if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source)
    const rules = scheme === 'dark' ? colourRules : undefined
    const options: RunOptions = { resultTypes: ['violations'], iframes: false, ...rules }
    const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`)
    assert.deepEqual(
      violations.map(({ id, nodes }) => `${name} ${width} ${scheme}: ${id} ${nodes[0]?.html}`),
      [],
    )
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  if (before !== null) await page.setViewportSize(before)
}

const colourRules: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] } }
/**
 * Waits for the transition of colours after a change of scheme, but not for endless spinners, and not for what is in
 * closed details, where transitions stand still.
 */
const settled = `Promise.all(document.getAnimations()
  .filter(({ effect }) => effect.getComputedTiming().iterations !== Infinity)
  .filter(({ effect }) => effect.target?.checkVisibility() === true)
  .map(({ finished }) => finished.catch(() => {})))`
/** Waits at most 60 frames: an open menu moves to its place some frames after a change of width. */
const overflow = `new Promise((resolve) => {
  const { documentElement } = document
  const look = (frames) => {
    const wider = documentElement.scrollWidth - documentElement.clientWidth
    if (wider === 0 || frames === 0) resolve(wider)
    else requestAnimationFrame(() => look(frames - 1))
  }
  look(60)
})`

/** SHA-256 of the public key in a server's certificate, in base64. */
async function keyHash(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const certificate = new X509Certificate(socket.getPeerCertificate().raw)
  socket.destroy()
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}
