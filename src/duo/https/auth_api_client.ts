import type { KeyObject } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { Secret } from '../../host/secret.ts'
import {
  type AuthAnswer,
  AuthApiUnavailable,
  authorization,
  type CheckAnswer,
  canonicalParameters,
  type Parameter,
  type PreauthAnswer,
  type ProxyReport,
  parseAuthAnswer,
  parseCheckAnswer,
  parsePreauthAnswer,
  proxyReports,
  rfc2822Date,
  sharedConnections,
  sign,
  signingKey,
} from '../index.ts'
import { type ApiCall, toOutcome } from './api_call.ts'
import { backOffMs, retryAfterMs } from './back_off.ts'
import { CallQueue, cancelled } from './call_queue.ts'
import type { CertificateExpiry } from './certificate_expiry.ts'
import { Connections, type ConnectionsOptions } from './connections.ts'
import { type Endpoint, endpoints, type Named, shortMs, waitingMs, waits } from './endpoints.ts'
import { type ExchangeOptions, exchange, type RawAnswer } from './exchange.ts'
import { hedged } from './hedged.ts'
import { parsed, parseResponse } from './response.ts'

export interface AuthApiClientOptions extends ConnectionsOptions {
  readonly ikey: string
  readonly skey: Secret
  /** Upper limit for one `preauth` or `auth` with its retries; 0 for the limit of the endpoint. */
  readonly timeoutSecs: number
  readonly userAgent: string
  /** Receives how long each answered call took that needs no user. */
  readonly onAnswered?: (elapsedMs: number) => void
  /** Receives how each call ended; for metrics. */
  readonly onCall?: ((call: ApiCall) => void) | undefined
  /** Receives a debug line for each request, without its content. */
  readonly log: Log
  readonly clock: Clock
}

/** Options of one call. */
export interface CallOptions {
  /** Shortens the limit of a call that needs no user. */
  readonly limitMs?: number
  /** Cancels the call, which then throws `cancelled`. */
  readonly signal?: AbortSignal
  /** The request is about to be written: from now on the API may receive it. */
  readonly onSent?: () => void
}

type Limits = Pick<ExchangeOptions, 'limitMs' | 'sendWithinMs'>

const reportPath = '/auth/v2/proxy_report'
const reportMs = 10_000
/** Maximum of short calls that wait for a free connection; at 500 per second they are served in time. */
const maxQueued = 4096
/** Maximum of connections that calls which wait for a user may be opening at once. */
const maxOpening = 32
const maxTries = 6
const maxRetryAfterMs = 32_000
/** A `check` that takes longer is repeated over another connection. */
const slowCheckMs = 2_000

/**
 * Calls an Auth API (duo.com/docs/authapi) with signed requests (version 2, SHA-512) over pooled
 * connections.
 *
 * Every call either returns a complete answer or throws: `AuthApiFailure` if the API rejected the request,
 * `AuthApiUnavailable` if no answer arrived.
 */
export class AuthApiClient {
  readonly #options: AuthApiClientOptions
  readonly #connections: Connections
  readonly #shortCalls: CallQueue
  readonly #openings = new CallQueue({ maxRunning: maxOpening, maxWaiting: maxQueued })
  readonly #key: KeyObject
  /** Log lines of requests, by path. */
  readonly #lines: Readonly<Record<string, string>>
  readonly #closing = new AbortController()
  #answers = 0
  #shares = false
  #takesReports = false
  #dateSecond = -1
  #date = ''

  /** @throws A system error if `caFile` can't be read. */
  constructor(options: AuthApiClientOptions) {
    this.#options = options
    this.#key = signingKey(options.skey.reveal())
    this.#lines = Object.fromEntries(
      Object.values(endpoints).map(({ method, path }) => [
        path,
        `http ${method} to https://${options.host}:${options.port}${path}`,
      ]),
    )
    this.#connections = new Connections(options)
    const { maxConnections } = options
    this.#shortCalls = new CallQueue({ maxRunning: maxConnections, maxWaiting: maxQueued })
  }

  /** How many answers below HTTP 500 have arrived so far, to any call. */
  get answers(): number {
    return this.#answers
  }

  /**
   * Tests the signature and the clock, and reads the server's capabilities, over separate connections. A
   * pooled connection can be dead without notice, for example after a restart of a firewall, so a slow
   * `check` is repeated over another one.
   */
  async check(): Promise<CheckAnswer> {
    const { limitMs } = endpoints.check
    const response = await hedged({ slowMs: slowCheckMs, limitMs }, (options) =>
      this.#call(endpoints.check, {}, options),
    )
    const answer = parsed(response, parseCheckAnswer)
    this.#shares = answer.capabilities.includes(sharedConnections)
    this.#takesReports = answer.capabilities.includes(proxyReports)
    return answer
  }

  async preauth(parameters: Named, options: CallOptions = {}): Promise<PreauthAnswer> {
    return parsed(await this.#call(endpoints.preauth, parameters, options), parsePreauthAnswer)
  }

  /** Not repeated once it may have been received, because it could start a second push. */
  async auth(parameters: Named, options: CallOptions = {}): Promise<AuthAnswer> {
    return parsed(await this.#call(endpoints.auth, parameters, options), parseAuthAnswer)
  }

  /** For an API that offers `challengeResponses`; not repeated either. */
  async authResponse(parameters: Named, options: CallOptions = {}): Promise<AuthAnswer> {
    return parsed(await this.#call(endpoints.authResponse, parameters, options), parseAuthAnswer)
  }

  /** Whether the API offered it in the last `check` that it answered. */
  get takesReports(): boolean {
    return this.#takesReports
  }

  /** `undefined` before the first connection. */
  get certificateExpiry(): CertificateExpiry | undefined {
    return this.#connections.certificateExpiry
  }

  /**
   * Sends a report, signed in version 5, over a connection of its own. It is not repeated, and its answer
   * is no evidence that the API answers logins.
   */
  async report(report: ProxyReport, signal: AbortSignal): Promise<void> {
    const { host, httpProxy } = this.#options
    const body = JSON.stringify({ report })
    const date = this.#dateNow()
    const signed = { date, method: 'POST', host: host.toLowerCase(), path: reportPath }
    const signature = sign({ ...signed, parameters: [], body }, this.#key, 5)
    const answer = await exchange(
      this.#connections.reports,
      {
        origin: this.#connections.origin,
        path: reportPath,
        method: 'POST',
        headers: { ...this.#headers(date, signature), 'content-type': 'application/json' },
        body,
      },
      {
        limitMs: reportMs,
        sendWithinMs: reportMs,
        throughProxy: httpProxy !== undefined,
        signal,
        onSent: () => {},
      },
    )
    parseResponse(answer)
  }

  /** Aborts the calls in progress. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#connections.close()
  }

  async #call(endpoint: Endpoint, parameters: Named, options: CallOptions = {}): Promise<unknown> {
    const began = performance.now()
    const name = waits(endpoint, parameters) ? 'auth_waiting' : endpoint.name
    const ended = (outcome: ApiCall['outcome']): void =>
      this.#options.onCall?.({ name, outcome, elapsedMs: performance.now() - began })
    try {
      const response = await this.#callUntilAnswered(endpoint, parameters, options)
      ended('answered')
      return response
    } catch (error) {
      ended(toOutcome(error))
      throw error
    }
  }

  async #callUntilAnswered(
    endpoint: Endpoint,
    parameters: Named,
    options: CallOptions,
  ): Promise<unknown> {
    const waitsForUser = waits(endpoint, parameters)
    // not the system clock, which can be set
    const began = performance.now()
    const until = began + this.#limitMs(endpoint, waitsForUser, options)
    let repeated = false
    for (let tries = 1; ; tries++) {
      const leftMs = Math.max(1, until - performance.now())
      const carrier = this.#carrier(endpoint, waitsForUser)
      const answer = await this.#request(carrier, endpoint, parameters, leftMs, options).catch(
        (error) => {
          if (carrier === this.#connections.shared && isWithoutHttp2(error)) {
            // a device in between may block HTTP/2: use HTTP/1.1 until the next check
            this.#shares = false
            return undefined
          }
          const isOver = performance.now() >= until
          if (repeated || isOver || !mayBeSentAgain(error, endpoint)) throw error
          return undefined
        },
      )
      if (answer === undefined) {
        repeated = true
        continue
      }
      if (answer.status < 500) {
        this.#answers++
        if (!waitsForUser) this.#options.onAnswered?.(performance.now() - began)
      }
      if (answer.status !== 429 || !endpoint.retries429 || tries === maxTries) {
        return parseResponse(answer)
      }
      const waitMs = this.#retryMs(answer, tries)
      if (waitMs > maxRetryAfterMs || performance.now() + waitMs >= until)
        return parseResponse(answer)
      await this.#waitToRetry(endpoint, waitMs)
    }
  }

  /** A shorter `timeoutSecs` does not shorten `check`, whose failure is evidence of an outage. */
  #limitMs(endpoint: Endpoint, waitsForUser: boolean, options: CallOptions): number {
    const timeoutMs = this.#options.timeoutSecs * 1000
    const limitMs = waitsForUser ? waitingMs : (options.limitMs ?? endpoint.limitMs)
    if (timeoutMs === 0 || endpoint === endpoints.check) return limitMs
    return waitsForUser ? timeoutMs : Math.min(limitMs, timeoutMs)
  }

  #retryMs({ headers }: RawAnswer, tries: number): number {
    return retryAfterMs(headers, this.#options.clock.now()) ?? backOffMs(tries - 1)
  }

  async #waitToRetry({ path }: Endpoint, waitMs: number): Promise<void> {
    this.#options.log.warn(`${path}: too many requests; asking again in ${Math.ceil(waitMs)} ms`)
    try {
      await delay(waitMs, undefined, { signal: this.#closing.signal })
    } catch {
      throw cancelled({ mayHaveBeenReceived: false })
    }
  }

  #carrier(endpoint: Endpoint, waitsForUser: boolean): Dispatcher {
    const { warm, short, waiting, shared } = this.#connections
    if (endpoint === endpoints.check) return warm
    if (!waitsForUser) return short
    return this.#shares && shared !== undefined ? shared : waiting
  }

  /** Waits for a place in the carrier's queue, and sends one request. */
  async #request(
    carrier: Dispatcher,
    endpoint: Endpoint,
    parameters: Named,
    limitMs: number,
    options: CallOptions,
  ): Promise<RawAnswer> {
    const { warm, short } = this.#connections
    const limits = { limitMs, sendWithinMs: Math.min(limitMs, shortMs) }
    if (carrier === warm) return this.#send(carrier, endpoint, parameters, limits, options)
    const queue = carrier === short ? this.#shortCalls : this.#openings
    const began = performance.now()
    const entered = queue.enter(limits.sendWithinMs, options.signal)
    if (entered !== undefined) await entered
    const waitedMs = entered === undefined ? 0 : performance.now() - began
    let isInside = true
    const leave = () => {
      if (isInside) queue.leave()
      isInside = false
    }
    try {
      return await this.#send(carrier, endpoint, parameters, shortened(limits, waitedMs), {
        ...options,
        onSent: () => {
          // a call that waits for its user only needs a place until its connection is open
          if (queue === this.#openings) leave()
          options.onSent?.()
        },
      })
    } finally {
      leave()
    }
  }

  #send(
    carrier: Dispatcher,
    endpoint: Endpoint,
    parameters: Named,
    limits: Limits,
    { signal, onSent = () => {} }: CallOptions,
  ): Promise<RawAnswer> {
    const { method, path } = endpoint
    const { host, log, httpProxy } = this.#options
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
    const headers = this.#headers(date, signature)
    const isPost = method === 'POST'
    if (isPost) headers['content-type'] = 'application/x-www-form-urlencoded'
    log.debug(this.#lines[path] ?? path)
    return exchange(
      carrier,
      {
        origin: this.#connections.origin,
        path,
        method,
        headers,
        body: isPost ? canonicalParameters(signed) : null,
      },
      {
        ...limits,
        throughProxy: httpProxy !== undefined,
        signal,
        onSent,
      },
    )
  }

  #headers(date: string, signature: string): Record<string, string> {
    const { ikey, userAgent } = this.#options
    return { date, authorization: authorization(ikey, signature), 'user-agent': userAgent }
  }

  /** Formatted once per second, because the signed date needs no higher precision. */
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

/** The limits of a request after its call waited in a queue. */
function shortened({ limitMs, sendWithinMs }: Limits, waitedMs: number): Limits {
  return {
    limitMs: Math.max(1, limitMs - waitedMs),
    sendWithinMs: Math.max(1, sendWithinMs - waitedMs),
  }
}

/** Whether the handshake failed or ended without HTTP/2. Later TLS errors do not count. */
function isWithoutHttp2(error: unknown): boolean {
  return error instanceof AuthApiUnavailable && error.reason === 'tls' && !error.mayHaveBeenReceived
}

/** The API may have closed a kept connection just now. */
function mayBeSentAgain(error: unknown, { repeatable }: Endpoint): boolean {
  return error instanceof AuthApiUnavailable && error.reason === 'reset' && repeatable
}
