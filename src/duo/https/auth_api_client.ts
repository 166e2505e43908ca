import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { type Dispatcher, Pool, ProxyAgent } from 'undici'
import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { Secret } from '../../host/secret.ts'
import {
  type AuthAnswer,
  AuthApiFailure,
  AuthApiUnavailable,
  authorization,
  type CheckAnswer,
  canonicalParameters,
  type Parameter,
  type PreauthAnswer,
  parseAuthAnswer,
  parseCheckAnswer,
  parseEnvelope,
  parsePreauthAnswer,
  readPrompt,
  rfc2822Date,
  sharedConnections,
  sign,
  signingKey,
} from '../index.ts'
import { backOffMs, retryAfterMs } from './back_off.ts'
import { exchange, type RawAnswer } from './exchange.ts'
import { multiplexedConnector } from './multiplexed_connector.ts'

export interface AuthApiClientOptions {
  readonly ikey: string
  readonly skey: Secret
  readonly host: string
  readonly port: number
  /** PEM file of the authorities that may sign the API's certificate; else those of Node. */
  readonly caFile?: string | undefined
  /** HTTP proxy to go through (CONNECT). */
  readonly httpProxy?: { readonly host: string; readonly port: number } | undefined
  /** For one call, its repetitions included; 0 for no limit. */
  readonly timeoutSecs: number
  readonly userAgent: string
  /** Told of each request at level debug; never with what is in it. */
  readonly log: Log
  readonly clock: Clock
}

type Named = Readonly<Record<string, string | undefined>>

/** One of the API's calls. */
interface Endpoint {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Whether it may be sent again after it may have been received. */
  readonly repeatable: boolean
  /** How long it may take where no `api_timeout` is set. */
  readonly longestMs: number
}

const endpoints = {
  check: { method: 'GET', path: '/auth/v2/check', repeatable: true, longestMs: 30_000 },
  preauth: { method: 'POST', path: '/auth/v2/preauth', repeatable: true, longestMs: 30_000 },
  // a user who is idle is not an API that is down: a push may take a minute to be answered
  auth: { method: 'POST', path: '/auth/v2/auth', repeatable: false, longestMs: 90_000 },
} as const satisfies Record<string, Endpoint>

const connectTimeoutMs = 10_000
const keepAliveMs = 20_000
/** A push that is waited for holds its connection for a minute. */
const mostConnections = 4096
const mostTries = 6
const longestWaitMs = 32_000

/**
 * Asks an Auth API (duo.com/docs/authapi) with signed requests, version 2 in SHA-512, over kept
 * connections.
 *
 * Every call either returns an answer that was read in full, or throws: `AuthApiFailure` where the
 * API decided against the request, `AuthApiUnavailable` where it could not be asked.
 */
export class AuthApiClient {
  readonly #options: AuthApiClientOptions
  readonly #dispatcher: Dispatcher
  /** Where calls that wait for a user share connections, if the API takes that. */
  readonly #sharing: Dispatcher | undefined
  readonly #key: ReturnType<typeof signingKey>
  readonly #origin: string
  /** What the log says of a request, by its path: made once. */
  readonly #lines: Readonly<Record<string, string>>
  #shares = false
  #dateSecond = -1
  #date = ''

  constructor(options: AuthApiClientOptions) {
    this.#options = options
    this.#key = signingKey(options.skey.reveal())
    this.#origin = originOf(options)
    this.#lines = Object.fromEntries(
      Object.values(endpoints).map(({ method, path }) => [
        path,
        `http ${method} to https://${options.host}:${options.port}${path}`,
      ]),
    )
    const tls = tlsOf(options)
    this.#dispatcher = dispatcherOf(options, tls)
    this.#sharing = sharingOf(options, tls)
  }

  /** Whether the signature and the clock are right, and what the server can do. */
  async check(): Promise<CheckAnswer> {
    const answer = parsed(await this.#call(endpoints.check, {}), parseCheckAnswer)
    this.#shares = answer.capabilities.includes(sharedConnections)
    return answer
  }

  async preauth(parameters: Named): Promise<PreauthAnswer> {
    return parsed(await this.#call(endpoints.preauth, parameters), parsePreauthAnswer)
  }

  /** Never sent again once it may have been received: it could start a second push. */
  async auth(parameters: Named): Promise<AuthAnswer> {
    return parsed(await this.#call(endpoints.auth, parameters), parseAuthAnswer)
  }

  /** Breaks off what is still waited for. */
  async close(): Promise<void> {
    await Promise.all([this.#dispatcher.destroy(), this.#sharing?.destroy()])
  }

  async #call(endpoint: Endpoint, parameters: Named): Promise<unknown> {
    const { clock, timeoutSecs, log } = this.#options
    const until = clock.now() + (timeoutSecs === 0 ? endpoint.longestMs : timeoutSecs * 1000)
    let repeated = false
    for (let tries = 1; ; tries++) {
      const leftMs = Math.max(1, until - clock.now())
      const sharing = this.#shares && waits(endpoint, parameters) ? this.#sharing : undefined
      const answer = await this.#request(endpoint, parameters, leftMs, sharing).catch((error) => {
        if (sharing !== undefined && isUnsent(error)) {
          // something between here and there may not take it: until the API says it again
          this.#shares = false
          return undefined
        }
        if (repeated || !mayBeSentAgain(error, endpoint) || clock.now() >= until) throw error
        return undefined
      })
      if (answer === undefined) {
        repeated = true
        continue
      }
      if (answer.status !== 429 || tries === mostTries) return responseOf(answer)
      const waitMs = retryAfterMs(answer.headers, clock.now()) ?? backOffMs(tries - 1)
      if (waitMs > longestWaitMs || clock.now() + waitMs >= until) return responseOf(answer)
      log.warn(`${endpoint.path}: too many requests; asking again in ${Math.ceil(waitMs)} ms`)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }

  #request(
    endpoint: Endpoint,
    parameters: Named,
    limitMs: number,
    dispatcher = this.#dispatcher,
  ): Promise<RawAnswer> {
    const { method, path } = endpoint
    const { host, ikey, userAgent, log, httpProxy } = this.#options
    const signed: Parameter[] = []
    for (const name in parameters) {
      const value = parameters[name]
      if (value !== undefined) signed.push([name, value])
    }
    const date = this.#dateNow()
    const signature = sign(
      { date, method, host: host.toLowerCase(), path, parameters: signed },
      this.#key,
      2,
    )
    const headers: Record<string, string> = {
      date,
      authorization: authorization(ikey, signature),
      'user-agent': userAgent,
    }
    const isPost = method === 'POST'
    if (isPost) headers['content-type'] = 'application/x-www-form-urlencoded'
    log.debug(this.#lines[path] ?? path)
    return exchange(
      dispatcher,
      {
        origin: this.#origin,
        path,
        method,
        headers,
        body: isPost ? canonicalParameters(signed) : null,
      },
      { limitMs, throughProxy: httpProxy !== undefined },
    )
  }

  /** Formatted once a second: the date is signed, but need not be more exact. */
  #dateNow(): string {
    const now = this.#options.clock.now()
    const second = Math.floor(now / 1000)
    if (second !== this.#dateSecond) {
      this.#dateSecond = second
      this.#date = rfc2822Date(now)
    }
    return this.#date
  }
}

/** Whether a call takes as long as a user does: only a passcode needs nobody to answer. */
function waits({ path }: Endpoint, { factor, prompt = '' }: Named): boolean {
  if (path !== endpoints.auth.path || factor === 'passcode') return false
  return factor !== 'prompt' || readPrompt(prompt).kind === 'factor'
}

function isUnsent(error: unknown): boolean {
  return error instanceof AuthApiUnavailable && !error.mayHaveBeenReceived
}

/**
 * A kept connection may have been closed by the other side just now; an error before the request
 * was begun to be written can't have started anything.
 */
function mayBeSentAgain(error: unknown, { repeatable }: Endpoint): boolean {
  return (
    error instanceof AuthApiUnavailable &&
    error.reason === 'reset' &&
    (repeatable || !error.mayHaveBeenReceived)
  )
}

/** @throws {AuthApiFailure} or {AuthApiUnavailable}: what stands in the envelope, or that there is none. */
function responseOf({ status, body }: RawAnswer): unknown {
  if (status >= 500) {
    const reason = status === 502 || status === 504 ? 'gateway' : 'http_5xx'
    throw new AuthApiUnavailable(reason, `HTTP ${status}`, { mayHaveBeenReceived: true })
  }
  const envelope = parseEnvelope(body)
  if (envelope?.stat === 'OK' && status >= 200 && status < 300) return envelope.response
  if (envelope?.stat === 'FAIL') {
    throw new AuthApiFailure({ ...envelope, status }, envelope.message_detail)
  }
  if (status >= 400) {
    throw new AuthApiFailure({ code: status * 100, status, message: `HTTP ${status}` })
  }
  throw malformed(`HTTP ${status} without an envelope`)
}

function parsed<Answer>(
  response: unknown,
  parse: (response: unknown) => Answer | undefined,
): Answer {
  const answer = parse(response)
  if (answer === undefined) throw malformed('an answer without a result that is known')
  return answer
}

function malformed(message: string): AuthApiUnavailable {
  return new AuthApiUnavailable('malformed', message, { mayHaveBeenReceived: true })
}

function originOf({ host, port }: AuthApiClientOptions): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === 443 ? `https://${name}` : `https://${name}:${port}`
}

/** HTTP/1.1 on purpose: one request a connection is faster here than many streams on one. */
function dispatcherOf(options: AuthApiClientOptions, tls: Tls): Dispatcher {
  const http1 = { ...timing, connections: mostConnections, allowH2: false, pipelining: 1 }
  if (options.httpProxy === undefined) {
    return new Pool(originOf(options), { ...http1, connect: tls })
  }
  const { host, port } = options.httpProxy
  return new ProxyAgent({ ...http1, uri: `http://${host}:${port}`, requestTls: tls })
}

/** HTTP/2: many calls that do nothing but wait cost one connection. */
function sharingOf(options: AuthApiClientOptions, tls: Tls): Dispatcher | undefined {
  if (options.httpProxy !== undefined) return undefined
  const connect = multiplexedConnector(tls)
  return new Pool(originOf(options), { ...timing, allowH2: true, connect })
}

const timing = { keepAliveTimeout: keepAliveMs, headersTimeout: 0, bodyTimeout: 0 }

type Tls = ReturnType<typeof tlsOf>

function tlsOf({ caFile }: AuthApiClientOptions) {
  const ca = caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }
  // made once: a context of its own for each connection would read the authorities again
  const secureContext = createSecureContext({ ...ca, minVersion: 'TLSv1.2' })
  return { secureContext, timeout: connectTimeoutMs }
}
