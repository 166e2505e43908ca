import { randomBytes } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { contentSecurityPolicy, noDevicesPolicy } from '../web_page/content_security_policy.ts'
import { pageNotBuilt } from '../web_page/page_not_built.ts'

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const safeHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': noDevicesPolicy,
} as const

/** Sets the headers of every response. */
export function setSafeHeaders(response: ServerResponse, styleNonce?: string): void {
  for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value)
  response.setHeader('content-security-policy', contentSecurityPolicy(styleNonce))
}

/**
 * The page of the Manager and the files that it loads, as `web/build.ts` writes them. They contain
 * nothing about this machine, so they need no session.
 */
export class PageFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @returns Whether there is such a file. */
  async send(path: string, response: ServerResponse): Promise<boolean> {
    if (path === '/') {
      await this.#sendPage(response)
      return true
    }
    // names are flat, so that no path leads out of the folder
    const name = /^\/(?:assets\/)?([\w-][\w.-]*)$/.exec(path)?.[1]
    const type = mediaTypes[extname(path)]
    if (name === undefined || type === undefined) return false
    const isHashed = path.startsWith('/assets/')
    const file = join(this.#folder, isHashed ? 'assets' : '', name)
    const stat = statSync(file, { throwIfNoEntry: false })
    if (stat === undefined || !stat.isFile()) return false
    response.writeHead(200, {
      'content-type': type,
      'content-length': stat.size,
      'cache-control': isHashed ? 'private, max-age=31536000, immutable' : 'no-cache',
    })
    createReadStream(file).pipe(response)
    return true
  }

  /** The component library and the editor insert style elements, which need the nonce of the page. */
  async #sendPage(response: ServerResponse): Promise<void> {
    const page = await readFile(join(this.#folder, 'index.html'), 'utf8').catch(() => undefined)
    const nonce = randomBytes(16).toString('base64')
    setSafeHeaders(response, nonce)
    response.writeHead(page === undefined ? 503 : 200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    })
    response.end(page === undefined ? notBuilt : page.replaceAll('CSP_NONCE', nonce))
  }
}

const notBuilt = pageNotBuilt('Proxy Manager', { startAgain: 'authproxy_manager' })
