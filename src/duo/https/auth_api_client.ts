import { setTimeout as delay } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import {
  type AuthAnswer,
  AuthApiUnavailable,
  type CheckAnswer,
  type PreauthAnswer,
  type ProxyReport,
  parseAsyncAuthAnswer,
  parseAuthAnswer,
  parseCheckAnswer,
  parsePreauthAnswer,
  proxyReports,
  sharedConnections,
} from '../index.ts'
import { type ApiCall, type BegunCall, toOutcome } from './api_call.ts'
import { backOffMs, retryAfterMs } from './back_off.ts'
import { CallQueue, cancelled } from './call_queue.ts'
import type { CertificateExpiry } from './certificate_expiry.ts'
import { Connections, type ConnectionsOptions, maxPollConnections } from './connections.ts'
import { type Endpoint, endpoints, type Named, shortMs, waitingMs, waits } from './endpoints.ts'
import type { RawAnswer } from './exchange.ts'
import { hedged } from './hedged.ts'
import { parsed, parseResponse } from './response.ts'
import { type Limits, SignedRequests, type SignedRequestsOptions } from './signed_requests.ts'
import { StatusPolls, type StatusReply } from './status_polls.ts'
import { toStatusReply } from './status_reply.ts'
import { WaitingLimit } from './waiting_limit.ts'

export interface AuthApiClientOptions extends ConnectionsOptions, SignedRequestsOptions {
  /** Upper limit for one `preauth` or `auth` with its retries; 0 for the limit of the endpoint. */
  readonly timeoutSecs: number
  /** Calls that may wait for their users at once; further ones fail at once. */
  readonly maxWaiting: number
  /** Receives how long each answered call took that needs no user. */
  readonly onAnswered?: (elapsedMs: number) => void
  /** Receives each call before it is sent. */
  readonly onCallBegun?: ((call: BegunCall) => void) | undefined
  /** Receives how each call ended; for metrics. */
  readonly onCall?: ((call: ApiCall) => void) | undefined
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

const reportPath = '/auth/v2/proxy_report'
const reportMs = 10_000
/** Maximum of short calls that wait for a free connection; at 500 per second they are served in time. */
const maxQueued = 4096
/** Maximum of streams that calls which wait for a user may be opening at once. */
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
  readonly #requests: SignedRequests
  readonly #shortCalls: CallQueue
  readonly #openings = new CallQueue({ maxRunning: maxOpening, maxWaiting: maxQueued })
  readonly #waiting: WaitingLimit
  readonly #polls: StatusPolls
  readonly #closing = new AbortController()
  #answers = 0
  #shares = false
  #takesReports = false

  /** @throws A system error if `caFile` can't be read. */
  constructor(options: AuthApiClientOptions) {
    const { maxConnections, maxWaiting: max, log } = options
    // not the system clock, which can be set
    const now = () => performance.now()
    this.#options = options
    this.#connections = new Connections(options)
    this.#requests = new SignedRequests(options, this.#connections.origin)
    this.#shortCalls = new CallQueue({ maxRunning: maxConnections, maxWaiting: maxQueued })
    this.#waiting = new WaitingLimit({ max, log, now })
    this.#polls = new StatusPolls({
      ask: (txid, signal) => this.#pollStatus(txid, signal),
      maxPolls: maxPollConnections,
      now,
    })
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
    return this.#decision(endpoints.auth, parameters, options)
  }

  /** Calls that wait for their users. */
  get waiting(): { readonly size: number } {
    return this.#waiting
  }

  /** For an API that offers `challengeResponses`; not repeated either. */
  async authResponse(parameters: Named, options: CallOptions = {}): Promise<AuthAnswer> {
    return this.#decision(endpoints.authResponse, parameters, options)
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
    const body = JSON.stringify({ report })
    const limits = { limitMs: reportMs, sendWithinMs: reportMs }
    const carrier = this.#connections.reports
    const options = { ...limits, signal }
    const answer = await this.#requests.sendJson(carrier, reportPath, body, options)
    parseResponse(answer)
  }

  /** Aborts the calls in progress. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#polls.close()
    await this.#connections.close()
  }

  /** A call that lets a user in or not, and may wait for the user. */
  async #decision(
    endpoint: Endpoint,
    parameters: Named,
    options: CallOptions,
  ): Promise<AuthAnswer> {
    if (!waits(endpoint, parameters)) {
      return parsed(await this.#call(endpoint, parameters, options), parseAuthAnswer)
    }
    this.#waiting.enter()
    try {
      return await this.#timed({ name: 'auth_waiting', username: parameters.username }, () =>
        this.#awaitUser(endpoint, parameters, options),
      )
    } finally {
      this.#waiting.leave()
    }
  }

  async #awaitUser(
    endpoint: Endpoint,
    parameters: Named,
    options: CallOptions,
  ): Promise<AuthAnswer> {
    const { shared } = this.#connections
    const began = performance.now()
    if (this.#shares && shared !== undefined) {
      try {
        const response = await this.#callUntilAnswered(shared, endpoint, parameters, options)
        return parsed(response, parseAuthAnswer)
      } catch (error) {
        if (!isWithoutHttp2(error)) throw error
        // a device in between may block HTTP/2: use HTTP/1.1 until the next check
        this.#shares = false
      }
    }
    const { short } = this.#connections
    const starting = { ...parameters, async: '1' }
    const limits = { limitMs: this.#waitingLimitMs(), requestMs: shortMs }
    const start = { ...options, ...limits }
    const response = await this.#callUntilAnswered(short, endpoint, starting, start)
    const answer = parsed(response, parseAsyncAuthAnswer)
    if (!('txid' in answer)) return answer
    const leftMs = this.#waitingLimitMs() - (performance.now() - began)
    return this.#polls.result(answer.txid, Math.max(1, leftMs), options.signal)
  }

  #waitingLimitMs(): number {
    const { timeoutSecs } = this.#options
    return timeoutSecs === 0 ? waitingMs : timeoutSecs * 1000
  }

  async #pollStatus(txid: string, signal: AbortSignal): Promise<StatusReply> {
    const { limitMs } = endpoints.authStatus
    const limits = { limitMs, sendWithinMs: shortMs, signal }
    const began = performance.now()
    const { polls } = this.#connections
    const answer = await this.#requests
      .send(polls, endpoints.authStatus, { txid }, limits)
      .catch((error: unknown) => {
        if (error instanceof AuthApiUnavailable) return error
        throw error
      })
    if (!(answer instanceof Error) && answer.status < 500) this.#answers++
    const { reply, outcome } = toStatusReply(answer, this.#options.clock.now())
    if (!signal.aborted) {
      this.#options.onCall?.({ name: 'auth_status', outcome, elapsedMs: performance.now() - began })
    }
    return reply
  }

  async #call(endpoint: Endpoint, parameters: Named, options: CallOptions = {}): Promise<unknown> {
    const { warm, short } = this.#connections
    const carrier = endpoint === endpoints.check ? warm : short
    return this.#timed({ name: endpoint.name, username: parameters.username }, () =>
      this.#callUntilAnswered(carrier, endpoint, parameters, options),
    )
  }

  /** Reports how a call ended. */
  async #timed<Answer>(begun: BegunCall, call: () => Promise<Answer>): Promise<Answer> {
    const began = performance.now()
    const { onCallBegun, onCall } = this.#options
    onCallBegun?.(begun)
    const ended = (outcome: ApiCall['outcome']): void =>
      onCall?.({ ...begun, outcome, elapsedMs: performance.now() - began })
    try {
      const answer = await call()
      ended('answered')
      return answer
    } catch (error) {
      ended(toOutcome(error))
      throw error
    }
  }

  async #callUntilAnswered(
    carrier: Dispatcher,
    endpoint: Endpoint,
    parameters: Named,
    options: CallOptions & { readonly requestMs?: number },
  ): Promise<unknown> {
    const waitsForUser = carrier === this.#connections.shared
    // not the system clock, which can be set
    const began = performance.now()
    const until = began + this.#limitMs(endpoint, waitsForUser, options)
    let repeated = false
    for (let tries = 1; ; tries++) {
      const { requestMs = Number.POSITIVE_INFINITY } = options
      const leftMs = Math.max(1, Math.min(requestMs, until - performance.now()))
      const answer = await this.#request(carrier, endpoint, parameters, leftMs, options).catch(
        (error) => {
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
    if (waitsForUser) return this.#waitingLimitMs()
    const timeoutMs = this.#options.timeoutSecs * 1000
    const limitMs = options.limitMs ?? endpoint.limitMs
    if (timeoutMs === 0 || endpoint === endpoints.check) return limitMs
    return Math.min(limitMs, timeoutMs)
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
    const send = (within: Limits, onSent = options.onSent) =>
      this.#requests.send(carrier, endpoint, parameters, {
        ...within,
        signal: options.signal,
        onSent,
      })
    if (carrier === warm) return send(limits)
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
      return await send(shortened(limits, waitedMs), () => {
        // a call that waits for its user only needs a place until its connection is open
        if (queue === this.#openings) leave()
        options.onSent?.()
      })
    } finally {
      leave()
    }
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
