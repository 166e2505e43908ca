import { readFileSync } from 'node:fs'
import { type Dispatcher, Pool, ProxyAgent } from 'undici'
import type { Clock } from '../../host/clock.ts'
import type { Secret } from '../../host/secret.ts'
import {
  type AuthAnswer,
  AuthApiFailure,
  authorization,
  type CheckAnswer,
  canonicalParameters,
  type Parameter,
  type PreauthAnswer,
  parseAuthAnswer,
  parseCheckAnswer,
  parseEnvelope,
  parsePreauthAnswer,
  rfc2822Date,
  sign,
  signingKey,
} from '../index.ts'
import { AuthApiUnavailable, unavailableBy } from './auth_api_unavailable.ts'
import { backOffMs, retryAfterMs } from './back_off.ts'

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
  readonly clock: Clock
}

type Named = Readonly<Record<string, string | undefined>>

/** A user who is idle is not an API that is down: a push may take a minute to be answered. */
const longestAnswerMs = 90_000
const connectTimeoutMs = 10_000
const keptConnections = 64

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
  readonly #key: ReturnType<typeof signingKey>
  readonly #authority: string
  #dateSecond = -1
  #date = ''

  constructor(options: AuthApiClientOptions) {
    this.#options = options
    this.#key = signingKey(options.skey.reveal())
    this.#authority = options.port === 443 ? options.host : `${options.host}:${options.port}`
    this.#dispatcher = dispatcherOf(options)
  }

  /** Whether the signature and the clock are right, and what the server can do. */
  async check(): Promise<CheckAnswer> {
    return this.#parsed(
      await this.#call('GET', '/auth/v2/check', {}, { repeatable: true }),
      parseCheckAnswer,
    )
  }

  async preauth(parameters: Named): Promise<PreauthAnswer> {
    const response = await this.#call('POST', '/auth/v2/preauth', parameters, { repeatable: true })
    return this.#parsed(response, parsePreauthAnswer)
  }

  /** Never sent again once it may have been received: it could start a second push. */
  async auth(parameters: Named): Promise<AuthAnswer> {
    const response = await this.#call('POST', '/auth/v2/auth', parameters, { repeatable: false })
    return this.#parsed(response, parseAuthAnswer)
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy()
  }

  #parsed<Answer>(response: unknown, parse: (response: unknown) => Answer | undefined): Answer {
    const answer = parse(response)
    if (answer === undefined)
      throw new AuthApiUnavailable('malformed', 'an answer without a result that we know', {
        mayHaveBeenReceived: true,
      })
    return answer
  }

  async #call(
    method: 'GET' | 'POST',
    path: string,
    parameters: Named,
    options: { readonly repeatable: boolean },
  ): Promise<unknown> {
    const limitMs = this.#options.timeoutSecs * 1000
    const started = this.#options.clock.now()
    for (let attempt = 0; ; attempt++) {
      const leftMs =
        limitMs === 0 ? longestAnswerMs : limitMs - (this.#options.clock.now() - started)
      if (leftMs <= 0)
        throw new AuthApiUnavailable('timeout', 'api_timeout is over', {
          mayHaveBeenReceived: false,
        })
      try {
        const answer = await this.#request(method, path, parameters, leftMs)
        const waitMs =
          answer.status === 429
            ? (retryAfterMs(answer.headers, this.#options.clock.now()) ?? backOffMs(attempt))
            : undefined
        if (waitMs === undefined || attempt === 5 || waitMs >= leftMs || waitMs > 32_000)
          return responseOf(answer)
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      } catch (error) {
        if (!(error instanceof AuthApiUnavailable) || attempt > 0) throw error
        // a kept connection may have been closed by the other side just now
        const again = error.reason === 'reset' && (options.repeatable || !error.mayHaveBeenReceived)
        if (!again) throw error
      }
    }
  }

  #request(
    method: 'GET' | 'POST',
    path: string,
    parameters: Named,
    limitMs: number,
  ): Promise<RawAnswer> {
    const named = Object.entries(parameters).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    )
    const signed: readonly Parameter[] = named
    const encoded = canonicalParameters(signed)
    const date = this.#dateNow()
    const signature = sign(
      { date, method, host: this.#options.host.toLowerCase(), path, parameters: signed },
      this.#key,
      2,
    )
    const isPost = method === 'POST'
    return exchange(this.#dispatcher, limitMs, {
      origin: `https://${this.#authority}`,
      path: isPost || encoded === '' ? path : `${path}?${encoded}`,
      method,
      headers: {
        host: this.#authority,
        date,
        authorization: authorization(this.#options.ikey, signature),
        'user-agent': this.#options.userAgent,
        ...(isPost ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      body: isPost ? encoded : null,
    })
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

interface RawAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** One request and its whole answer. undici's own timers are coarse, so the limit is ours. */
function exchange(
  dispatcher: Dispatcher,
  limitMs: number,
  options: Dispatcher.DispatchOptions,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let status = 0
    let headers: ReadonlyMap<string, string> = new Map()
    let body = ''
    let sent = false
    let late: AuthApiUnavailable | undefined
    const timer = setTimeout(() => {
      late = new AuthApiUnavailable('timeout', `no answer within ${limitMs} ms`, {
        mayHaveBeenReceived: sent,
      })
      controller?.abort(late)
      reject(late)
    }, limitMs)
    dispatcher.dispatch(options, {
      onRequestStart(started) {
        // it waited for a connection and has been given up meanwhile: it must not be sent any more
        if (late !== undefined) return started.abort(late)
        controller = started
        sent = true
      },
      onResponseStart(_controller, code, received) {
        status = code
        headers = new Map(
          Object.entries(received).map(([name, value]) => [name.toLowerCase(), String(value)]),
        )
      },
      onResponseData(_controller, chunk) {
        body += chunk.toString('utf8')
      },
      onResponseEnd() {
        clearTimeout(timer)
        resolve({ status, headers, body })
      },
      onResponseError(_controller, error) {
        clearTimeout(timer)
        reject(unavailableBy(error, sent))
      },
    })
  })
}

/** @throws {AuthApiFailure} or {AuthApiUnavailable}: what stands in the envelope, or that there is none. */
function responseOf({ status, body }: RawAnswer): unknown {
  if (status >= 500) {
    throw new AuthApiUnavailable('http_5xx', `the API answered HTTP ${status}`, {
      mayHaveBeenReceived: true,
    })
  }
  const envelope = parseEnvelope(body)
  if (envelope?.stat === 'OK' && status < 300) return envelope.response
  if (envelope?.stat === 'FAIL')
    throw new AuthApiFailure({ ...envelope, status }, envelope.message_detail)
  if (status >= 400)
    throw new AuthApiFailure({ code: status * 100, status, message: `HTTP ${status}` })
  throw new AuthApiUnavailable('malformed', `HTTP ${status} without an envelope`, {
    mayHaveBeenReceived: true,
  })
}

function dispatcherOf(options: AuthApiClientOptions): Dispatcher {
  const ca = options.caFile === undefined ? {} : { ca: readFileSync(options.caFile, 'utf8') }
  const tls = { ...ca, minVersion: 'TLSv1.2' as const, timeout: connectTimeoutMs }
  const timeouts = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 20_000, pipelining: 1 }
  if (options.httpProxy === undefined) {
    const authority = options.port === 443 ? options.host : `${options.host}:${options.port}`
    return new Pool(`https://${authority}`, {
      ...timeouts,
      connect: tls,
      connections: null,
      allowH2: false,
    })
  }
  const { host, port } = options.httpProxy
  return new ProxyAgent({
    ...timeouts,
    uri: `http://${host}:${port}`,
    requestTls: tls,
    connections: keptConnections,
  })
}
