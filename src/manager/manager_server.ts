import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Clock } from '../host/clock.ts'
import { errorText } from '../host/error_text.ts'
import type { ConfigStore } from './config_store.ts'
import { type LinkRefusal, linkMinutes, OneTimeLink } from './one_time_link.ts'
import { PageFiles, setSafeHeaders } from './page_files.ts'
import type { ProxyServicePort } from './proxy_service_port.ts'
import { type Reply, refuse, sendReply } from './reply.ts'
import { checkRequest, parseTarget, readCookie } from './request_gate.ts'
import { type ApiRequest, createRoutes } from './routes.ts'
import { ManagerSession } from './session.ts'

export interface ManagerOptions {
  readonly store: ConfigStore
  readonly proxy: ProxyServicePort
  /** Folder of the built page. */
  readonly pageFolder: string
  /** 0 for any free port. */
  readonly port: number
  readonly maxIdleMs: number
  readonly clock: Clock
  /** Prints what happens; never gets a secret. */
  readonly note: (text: string) => void
}

const loopback = '127.0.0.1'
const maxBodyOctets = 2 * 1024 * 1024
const maxConnections = 64
const proofHeader = 'x-manager-proof'

const linkProblems: Readonly<Record<LinkRefusal, string>> = {
  used: 'This link has already been used; it works only once.',
  expired: `This link is older than ${linkMinutes} minutes.`,
  unknown: 'This link is not valid, or a newer one has replaced it.',
}
const newLink = 'Press Enter in the terminal where authproxy_manager runs, and open the new link.'

/** The web server of the Proxy Manager, on loopback only. */
export class ManagerServer {
  readonly #options: ManagerOptions
  readonly #server: Server
  readonly #session: ManagerSession
  readonly #link: OneTimeLink
  readonly #files: PageFiles
  readonly #routes: ReturnType<typeof createRoutes>

  private constructor(options: ManagerOptions) {
    this.#options = options
    this.#session = new ManagerSession(options.clock, options.maxIdleMs)
    this.#link = new OneTimeLink(options.clock)
    this.#files = new PageFiles(options.pageFolder)
    this.#routes = createRoutes({ ...options, session: this.#session })
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error) => this.#fail(error, response))
    })
    this.#server.maxConnections = maxConnections
  }

  /** @throws A system error if the port can't be bound. */
  static async start(options: ManagerOptions): Promise<ManagerServer> {
    const manager = new ManagerServer(options)
    manager.#server.listen(options.port, loopback)
    await once(manager.#server, 'listening')
    return manager
  }

  get port(): number {
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string') throw new Error('the server does not listen')
    return bound.port
  }

  /** Address and port, as requests must name it. */
  get host(): string {
    return `${loopback}:${this.port}`
  }

  /** A link that opens the Manager once. The token is in the fragment, which browsers never send. */
  createLink(): string {
    return `http://${this.host}/#link=${this.#link.create().reveal()}`
  }

  /** Ends the session and all its streams. */
  async stop(): Promise<void> {
    this.#session.end('stopped')
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeIdleConnections()
    // streams end by themselves after their last event
    const late = setTimeout(() => this.#server.closeAllConnections(), 1000)
    await closed
    clearTimeout(late)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSafeHeaders(response)
    const target = parseTarget(request.url ?? '', this.host)
    const refusal = checkRequest(request, target, this.host)
    if (refusal !== undefined || target === undefined) {
      response.setHeader('connection', 'close')
      return await sendReply(response, refuse(refusal?.status ?? 400, refusal ?? notFound))
    }
    const { pathname, searchParams } = target
    if (!pathname.startsWith('/api/')) {
      if (await this.#files.send(pathname, response)) return
      return await sendReply(response, refuse(404, notFound))
    }
    await sendReply(response, await this.#answer(request, response, pathname, searchParams))
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
  ): Promise<Reply> {
    const { method, headers } = request
    if (method === 'POST' && path === '/api/session') return await this.#openSession(request)
    const proof = headers[proofHeader]
    const ended = this.#session.use({
      cookie: readCookie(headers.cookie, this.#cookieName),
      proof: typeof proof === 'string' ? proof : '',
    })
    // the same answer for every path, so that it reveals nothing about this machine
    if (ended === undefined) return refuse(401, noSession)
    const route = this.#routes.get(`${method} ${path}`)
    if (route === undefined) return refuse(404, notFound)
    const closed = new AbortController()
    response.once('close', () => closed.abort('closed'))
    const apiRequest: ApiRequest = {
      query,
      body: method === 'POST' ? await readJson(request) : undefined,
      signal: AbortSignal.any([ended, closed.signal]),
    }
    return await route(apiRequest)
  }

  async #openSession(request: IncomingMessage): Promise<Reply> {
    const body = await readJson(request)
    const token = typeof body === 'object' && body !== null ? Reflect.get(body, 'token') : undefined
    const refusal = this.#link.consume(typeof token === 'string' ? token : '')
    if (refusal !== undefined) {
      this.#options.note(`a link was refused (${refusal}); press Enter for a new one`)
      const message = `${linkProblems[refusal]} ${newLink}`
      return refuse(403, { code: 'link_refused', message })
    }
    this.#options.note('opened in a browser; the link is used up, press Enter for a new one')
    const { cookie, proof } = this.#session.open()
    return {
      status: 200,
      json: { proof },
      cookie: `${this.#cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict`,
    }
  }

  /** Browsers share cookies between ports, so the name contains the port. */
  get #cookieName(): string {
    return `authproxy_manager_${this.port}`
  }

  #fail(error: unknown, response: ServerResponse): void {
    if (response.headersSent) {
      response.destroy()
      return
    }
    const isBad = error instanceof BadBody
    const reason = errorText(error)
    if (!isBad) this.#options.note(`a request failed: ${reason}`)
    const problem = { code: isBad ? 'bad_request' : 'failed', message: reason }
    sendReply(response, refuse(isBad ? 400 : 500, problem)).catch(() => response.destroy())
  }
}

const noSession = {
  code: 'no_session',
  message: `The Manager opens only with a one-time link. ${newLink}`,
}
const notFound = { code: 'not_found', message: 'There is nothing at this address.' }

class BadBody extends Error {}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let octets = 0
  for await (const chunk of request) {
    octets += chunk.length
    if (octets > maxBodyOctets) throw new BadBody('the request is too large')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new BadBody('the request is not JSON')
  }
}
