import { execFileSync } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'

export const testIkey = 'DIWJ8X6AEYOR5OMC6TQ1'
export const testSkey = 'Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep'

/** What the double does with a request. */
export type Doing =
  /** Answers 200 with this response in its envelope. */
  | { readonly response: unknown }
  /** Sends this body, valid or not. */
  | { readonly status: number; readonly body: string; readonly headers?: Record<string, string> }
  /** Sends nothing until `release`. */
  | 'hang'
  /** Breaks the connection. */
  | 'reset'

export interface SeenRequest {
  readonly path: string
  readonly parameters: Readonly<Record<string, string>>
}

const defaultPhone = {
  device: 'DPFZRS9FB0D46QFTM891',
  type: 'phone',
  name: '',
  number: 'XXX-XXX-0100',
  capabilities: ['auto', 'push', 'sms', 'phone', 'mobile_otp'],
}

/**
 * An Auth API on loopback with scripted replies, which records its requests. It checks signatures with
 * its own code: version 2, SHA-512.
 */
export class AuthApiDouble {
  readonly requests: SeenRequest[] = []
  /** Of every request, signed or not. */
  readonly paths = new Set<string>()
  readonly folder: string
  readonly #server: Server
  readonly #held: { request: SeenRequest; response: ServerResponse }[] = []
  readonly #waiting: { path: string; count: number; resolve: () => void }[] = []
  /** TLS connections since it started or was reset. */
  connections = 0
  capabilities: readonly string[] = []
  check: () => Doing = () => this.#checkAnswer()
  preauth: (parameters: SeenRequest['parameters']) => Doing = () => preauthAnswer([defaultPhone])
  auth: (parameters: SeenRequest['parameters']) => Doing = () => allow
  authResponse: (parameters: SeenRequest['parameters']) => Doing = () => allow
  authStatus: (parameters: SeenRequest['parameters']) => Doing = () => allow
  report: (parameters: SeenRequest['parameters']) => Doing = () => ({ response: {} })

  private constructor(server: Server, folder: string) {
    this.#server = server
    this.folder = folder
    server.on('secureConnection', () => this.connections++)
    server.on('request', (request, response) => void this.#receive(request, response))
  }

  /** @param beside Another double: the new one has its port and certificate at another address. */
  static async start(
    address = '127.0.0.1',
    beside: AuthApiDouble | undefined = undefined,
  ): Promise<AuthApiDouble> {
    const folder = mkdtempSync(join(tmpdir(), 'auth-api-double-'))
    if (beside === undefined) makeCertificate(folder)
    else cpSync(beside.folder, folder, { recursive: true })
    const server = createServer({
      cert: readFileSync(join(folder, 'cert.pem')),
      key: readFileSync(join(folder, 'key.pem')),
    })
    server.listen(beside?.port ?? 0, address)
    await once(server, 'listening')
    return new AuthApiDouble(server, folder)
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('it does not listen')
    return address.port
  }

  get caFile(): string {
    return join(this.folder, 'cert.pem')
  }

  /** Requests to one path so far. */
  asked(path: string): readonly SeenRequest['parameters'][] {
    return this.requests.filter((request) => request.path === path).map((seen) => seen.parameters)
  }

  /** Waits until a path was requested this many times. */
  async askedTimes(path: string, count: number): Promise<void> {
    if (this.asked(path).length >= count) return
    await new Promise<void>((resolve) => this.#waiting.push({ path, count, resolve }))
  }

  /** Answers the requests that hang. */
  release(response: unknown): void {
    for (const held of this.#held.splice(0)) send(held.response, { response })
  }

  /** Forgets what it was asked and behaves as at first. */
  reset(): void {
    this.requests.length = 0
    this.paths.clear()
    this.connections = 0
    this.capabilities = []
    this.check = () => this.#checkAnswer()
    this.preauth = () => preauthAnswer([defaultPhone])
    this.auth = () => allow
    this.authResponse = () => allow
    this.authStatus = () => allow
    this.report = () => ({ response: {} })
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
    rmSync(this.folder, { recursive: true })
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const encoded = request.method === 'GET' ? query : body
    const isJson = request.headers['content-type'] === 'application/json'
    const parameters = isJson ? jsonParameters(body) : formParameters(encoded)
    this.paths.add(path)
    // the only request without a signature
    if (path === '/auth/v2/ping') return send(response, { response: { time: epochSecs() } })
    if (!(isJson ? isSignedJson(request, path, body) : isSigned(request, path, encoded))) {
      return send(response, fail(40103, 'Invalid signature in request credentials'))
    }
    const seen = { path, parameters }
    const doing = this.#doing(seen)
    if (doing === 'hang') this.#held.push({ request: seen, response })
    else if (doing === 'reset') (request.socket as TLSSocket).destroy()
    else send(response, doing)
    this.requests.push(seen)
    for (const { path, count, resolve } of this.#waiting) {
      if (this.asked(path).length >= count) resolve()
    }
  }

  #checkAnswer(): Doing {
    const { capabilities } = this
    return { response: { time: 1, ...(capabilities.length > 0 ? { capabilities } : {}) } }
  }

  #doing({ path, parameters }: SeenRequest): Doing {
    switch (path) {
      case '/auth/v2/check':
        return this.check()
      case '/auth/v2/preauth':
        return this.preauth(parameters)
      case '/auth/v2/auth':
        return this.auth(parameters)
      case '/auth/v2/auth_response':
        return this.authResponse(parameters)
      case '/auth/v2/auth_status':
        return this.authStatus(parameters)
      case '/auth/v2/proxy_report':
        return this.report(parameters)
      default:
        return fail(40401, 'Resource not found')
    }
  }
}

export const allow = {
  response: { result: 'allow', status: 'allow', status_msg: 'Success. Logging you in...' },
} satisfies Doing

export const deny: Doing = {
  response: { result: 'deny', status: 'deny', status_msg: 'Login request denied.' },
}

export function preauthAnswer(devices: readonly object[]): Doing {
  return { response: { result: 'auth', status_msg: 'Account is active', devices } }
}

/** A failure as the API sends it. */
export function fail(
  code: number,
  message: string,
  message_detail?: string,
): Exclude<Doing, string> {
  return {
    status: Math.floor(code / 100),
    body: JSON.stringify({ stat: 'FAIL', code, message, message_detail }),
  }
}

function send(response: ServerResponse, doing: Exclude<Doing, string>): void {
  if ('response' in doing) {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ stat: 'OK', response: doing.response }))
    return
  }
  response.writeHead(doing.status, doing.headers)
  response.end(doing.body)
}

function epochSecs(): number {
  return Math.floor(Date.now() / 1000)
}

export function formParameters(encoded: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(encoded))
}

/** Values as JSON. */
function jsonParameters(body: string): Record<string, string> {
  const parsed: object = JSON.parse(body)
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [name, JSON.stringify(value)]),
  )
}

export function isSigned(request: IncomingMessage, path: string, encoded: string): boolean {
  return isSignedOver(request, path, [encoded])
}

/** Version 5, without a query and `X-Duo-` headers. */
function isSignedJson(request: IncomingMessage, path: string, body: string): boolean {
  const sha512 = (text: string) => createHash('sha512').update(text).digest('hex')
  return isSignedOver(request, path, ['', sha512(body), sha512('')])
}

function isSignedOver(
  request: IncomingMessage,
  path: string,
  contents: readonly string[],
): boolean {
  const host = (request.headers.host ?? '').split(':')[0] ?? ''
  const text = [request.headers.date, request.method, host, path, ...contents].join('\n')
  const signature = createHmac('sha512', testSkey).update(text).digest('hex')
  const expected = `Basic ${Buffer.from(`${testIkey}:${signature}`).toString('base64')}`
  return request.headers.authorization === expected
}

/** A certificate for localhost that signs itself. */
export function makeCertificate(folder: string): void {
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem'), '-days', '2'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ],
    { stdio: 'ignore' },
  )
}
