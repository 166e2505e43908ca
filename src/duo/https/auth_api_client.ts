import type { Cancellation } from '../../host/cancellation.ts'
import {
  type AuthAnswer,
  AuthApiUnavailable,
  askAgainStatus,
  type CheckAnswer,
  joinedSignIns,
  messageConnections,
  type PreauthAnswer,
  type ProxyReport,
  parseAsyncAuthAnswer,
  parseAuthAnswer,
  parseCheckAnswer,
  parsePreauthAnswer,
  polledResults,
  proxyReports,
  sharedConnections,
} from '../index.ts'
import { AnsweredCalls, type Carrier } from './answered_calls.ts'
import type { ResolveName } from './api_addresses.ts'
import { type ApiCall, type BegunCall, toOutcome } from './api_call.ts'
import type { ApiNode } from './api_node.ts'
import type { CertificateExpiry } from './certificate_expiry.ts'
import { type ConnectionsOptions, maxPollConnections, toOrigin } from './connections.ts'
import {
  type Endpoint,
  endpoints,
  isJoined,
  type Named,
  shortMs,
  waitingMs,
  waits,
} from './endpoints.ts'
import { hedged } from './hedged.ts'
import type { MessageUsage } from './message_link.ts'
import { parsed, parseResponse } from './response.ts'
import { SignedRequests, type SignedRequestsOptions } from './signed_requests.ts'
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
  /** Replaces the machine's resolver. */
  readonly resolve?: ResolveName | undefined
  /** Receives each call before it is sent. */
  readonly onCallBegun?: ((call: BegunCall) => void) | undefined
  /** Receives how each call ended; for metrics. */
  readonly onCall?: ((call: ApiCall) => void) | undefined
}

/** Options of one call. */
export interface CallOptions {
  /** Shortens the limit of a call that needs no user. */
  readonly limitMs?: number
  /** When the newest transmission of the RADIUS request arrived, by `performance.now()`; sent as `request_age_ms`. */
  readonly requestedMs?: (() => number) | undefined
  /** Cancels the call, which then throws `cancelled`. */
  readonly signal?: Cancellation
  /** The request is about to be written: from now on the API may receive it. */
  readonly onSent?: () => void
}

const reportPath = '/auth/v2/proxy_report'
const reportMs = 10_000
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
  readonly #requests: SignedRequests
  readonly #calls: AnsweredCalls
  readonly #waiting: WaitingLimit
  readonly #polls: StatusPolls
  #shares = false
  #takesReports = false
  #joins = false
  #takesMessages = false
  /** Parameters of calls whose result is polled. */
  #polled: Named = {}

  /** @throws A system error if `caFile` can't be read. */
  constructor(options: AuthApiClientOptions) {
    const { maxWaiting: max, log } = options
    // not the system clock, which can be set
    const now = () => performance.now()
    this.#options = options
    this.#requests = new SignedRequests(options, toOrigin(options))
    this.#calls = new AnsweredCalls(
      { ...options, joins: () => this.#joins, takesMessages: () => this.#takesMessages },
      this.#requests,
    )
    this.#waiting = new WaitingLimit({ max, log, now })
    this.#polls = new StatusPolls({
      ask: (txid, signal) => this.#pollStatus(txid, signal),
      maxPolls: maxPollConnections,
      now,
    })
  }

  /** How many answers below HTTP 500 have arrived so far, to any call. */
  get answers(): number {
    return this.#calls.answers
  }

  /**
   * Tests the signature and the clock, and reads the server's capabilities, over separate connections. A
   * pooled connection can be dead without notice, for example after a restart of a firewall, so a slow
   * `check` is repeated over another one, and at another node if there are several: one node that hangs is
   * no outage.
   */
  async check(): Promise<CheckAnswer> {
    const { limitMs } = endpoints.check
    const asked = new Set<ApiNode>()
    const response = await hedged({ slowMs: slowCheckMs, limitMs }, (options) =>
      this.#call(endpoints.check, {}, asReceived, { ...options, asked }),
    )
    const answer = parsed(response, parseCheckAnswer)
    this.#shares = answer.capabilities.includes(sharedConnections)
    this.#polled = answer.capabilities.includes(polledResults) ? { polled: '1' } : {}
    this.#takesReports = answer.capabilities.includes(proxyReports)
    this.#joins = answer.capabilities.includes(joinedSignIns)
    this.#takesMessages = answer.capabilities.includes(messageConnections)
    this.#calls.openMessages()
    return answer
  }

  preauth(parameters: Named, options: CallOptions = {}): Promise<PreauthAnswer> {
    return this.#call(endpoints.preauth, parameters, readPreauthAnswer, options)
  }

  /**
   * Not repeated once it may have been received, because it could start a second push, unless it has a
   * `request_fingerprint`, by which the API recognises it.
   */
  auth(parameters: Named, options: CallOptions = {}): Promise<AuthAnswer> {
    return this.#decision(endpoints.auth, parameters, options)
  }

  /** Calls that wait for their users. */
  get waiting(): { readonly size: number } {
    return this.#waiting
  }

  /** For an API that offers `challengeResponses`; not repeated either. */
  authResponse(parameters: Named, options: CallOptions = {}): Promise<AuthAnswer> {
    return this.#decision(endpoints.authResponse, parameters, options)
  }

  /**
   * Says that the RADIUS request of a pending call was transmitted again. The API recognises the call by its
   * `request_fingerprint`, and answers at once, so that nothing waits here.
   */
  async noteRetransmission(
    pending: 'auth' | 'authResponse',
    parameters: Named,
    signal: Cancellation,
  ): Promise<void> {
    if (!this.#joins || parameters.request_fingerprint === undefined) return
    const noted = { ...parameters, polled: '1', async: '1' }
    const arrived = performance.now()
    const limits = { limitMs: shortMs, signal, requestedMs: () => arrived }
    await this.#calls.response('short', endpoints[pending], noted, limits)
  }

  /** Whether the API offered it in the last `check` that it answered. */
  get takesReports(): boolean {
    return this.#takesReports
  }

  /** The message connections to all nodes. */
  get messages(): MessageUsage {
    const usages = this.#calls.nodes.messageLinks().map(({ usage }) => usage)
    return {
      connections: usages.reduce((sum, { connections }) => sum + connections, 0),
      open: usages.reduce((sum, { open }) => sum + open, 0),
    }
  }

  /** `undefined` before the first connection. */
  get certificateExpiry(): CertificateExpiry | undefined {
    return this.#calls.nodes.certificateExpiry
  }

  /**
   * Sends a report, signed in version 5, over a connection of its own. It is not repeated, and its answer
   * is no evidence that the API answers logins.
   */
  async report(report: ProxyReport, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({ report })
    const limits = { limitMs: reportMs, sendWithinMs: reportMs }
    const options = { ...limits, signal }
    const { connections } = await this.#calls.nodes.choose(new Set(), reportMs)
    const carrier = connections.reports
    const answer = await this.#requests.sendJson(carrier, reportPath, body, options)
    parseResponse(answer)
  }

  /** Aborts the calls in progress. */
  async close(): Promise<void> {
    this.#polls.close()
    await this.#calls.close()
  }

  /** A call that lets a user in or not, and may wait for the user. */
  #decision(endpoint: Endpoint, parameters: Named, options: CallOptions): Promise<AuthAnswer> {
    return waits(endpoint, parameters)
      ? this.#waitingDecision(endpoint, parameters, options)
      : this.#call(endpoint, parameters, readAuthAnswer, options)
  }

  async #waitingDecision(
    endpoint: Endpoint,
    parameters: Named,
    options: CallOptions,
  ): Promise<AuthAnswer> {
    this.#waiting.enter()
    const begun = { name: 'auth_waiting', username: parameters.username } as const
    const ended = this.#began(begun)
    try {
      const answer = await this.#awaitUser(endpoint, parameters, options)
      ended('answered')
      return answer
    } catch (error) {
      ended(toOutcome(error))
      throw error
    } finally {
      this.#waiting.leave()
    }
  }

  async #awaitUser(
    endpoint: Endpoint,
    parameters: Named,
    options: CallOptions,
    { mayAskAgain } = { mayAskAgain: true },
  ): Promise<AuthAnswer> {
    const began = performance.now()
    const limitMs = this.#waitingLimitMs()
    if ((this.#shares || this.#calls.hasMessages) && this.#options.httpProxy === undefined) {
      try {
        const limits = { ...options, limitMs }
        const response = await this.#calls.response('shared', endpoint, parameters, limits)
        return parsed(response, parseAuthAnswer)
      } catch (error) {
        if (!isWithoutHttp2(error)) throw error
        // a device in between may block HTTP/2: use HTTP/1.1 until the next check
        this.#shares = false
      }
    }
    const starting = { ...parameters, ...this.#polled, async: '1' }
    const start = { ...options, limitMs, requestMs: shortMs }
    const response = await this.#calls.response('short', endpoint, starting, start)
    const answer = parsed(response, parseAsyncAuthAnswer)
    if (!('txid' in answer)) return answer
    const leftMs = limitMs - (performance.now() - began)
    const { txid, authenticator_response, ...known } = answer
    const result = await this.#polls.result(txid, Math.max(1, leftMs), options.signal)
    // nothing was decided: the API asks the user about this request separately
    if (result.status === askAgainStatus && mayAskAgain && isJoined(parameters)) {
      const begunNow = { ...options, requestedMs: undefined }
      return await this.#awaitUser(endpoint, parameters, begunNow, { mayAskAgain: false })
    }
    // only whoever is let in may see that the API knows the password
    return result.result === 'allow' && authenticator_response !== undefined
      ? { ...result, ...known, authenticator_response }
      : { ...result, ...known }
  }

  #waitingLimitMs(): number {
    const { timeoutSecs } = this.#options
    return timeoutSecs === 0 ? waitingMs : timeoutSecs * 1000
  }

  async #pollStatus(txid: string, signal: AbortSignal): Promise<StatusReply> {
    const { limitMs } = endpoints.authStatus
    const limits = { limitMs, sendWithinMs: shortMs, signal }
    const began = performance.now()
    const node = await this.#calls.nodes.choose(new Set(), shortMs)
    const answer = await this.#requests
      .send(node.connections.polls, endpoints.authStatus, { txid, ...this.#polled }, limits)
      .catch((error: unknown) => {
        if (!(error instanceof AuthApiUnavailable)) throw error
        this.#calls.nodes.failed(node, error)
        return error
      })
    if (!(answer instanceof Error) && answer.status < 500) this.#calls.answers++
    const { reply, outcome } = toStatusReply(answer, this.#options.clock.now())
    if (!signal.aborted) {
      this.#options.onCall?.({ name: 'auth_status', outcome, elapsedMs: performance.now() - began })
    }
    return reply
  }

  /** @param read Reads the response of the call. */
  async #call<Answer>(
    endpoint: Endpoint,
    parameters: Named,
    read: (response: unknown) => Answer,
    options: CallOptions & { readonly asked?: Set<ApiNode> },
  ): Promise<Answer> {
    const carrier: Carrier = endpoint === endpoints.check ? 'warm' : 'short'
    const limits = { ...options, limitMs: this.#limitMs(endpoint, options) }
    const ended = this.#began({ name: endpoint.name, username: parameters.username })
    let response: unknown
    try {
      response = await this.#calls.response(carrier, endpoint, parameters, limits)
    } catch (error) {
      ended(toOutcome(error))
      throw error
    }
    ended('answered')
    return read(response)
  }

  /** @returns Reports how the call ended. */
  #began(begun: BegunCall): (outcome: ApiCall['outcome']) => void {
    const began = performance.now()
    const { onCallBegun, onCall } = this.#options
    onCallBegun?.(begun)
    return (outcome) => onCall?.({ ...begun, outcome, elapsedMs: performance.now() - began })
  }

  /** A shorter `timeoutSecs` does not shorten `check`, whose failure is evidence of an outage. */
  #limitMs(endpoint: Endpoint, options: CallOptions): number {
    const timeoutMs = this.#options.timeoutSecs * 1000
    const limitMs = options.limitMs ?? endpoint.limitMs
    if (timeoutMs === 0 || endpoint === endpoints.check) return limitMs
    return Math.min(limitMs, timeoutMs)
  }
}

const asReceived = (response: unknown): unknown => response
const readPreauthAnswer = (response: unknown): PreauthAnswer => parsed(response, parsePreauthAnswer)
const readAuthAnswer = (response: unknown): AuthAnswer => parsed(response, parseAuthAnswer)

/** Whether the handshake failed or ended without HTTP/2. Later TLS errors do not count. */
function isWithoutHttp2(error: unknown): boolean {
  return error instanceof AuthApiUnavailable && error.reason === 'tls' && !error.mayHaveBeenReceived
}
