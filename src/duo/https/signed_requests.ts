import type { KeyObject } from 'node:crypto'
import type { Dispatcher } from 'undici'
import type { Cancellation } from '../../host/cancellation.ts'
import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { Secret } from '../../host/secret.ts'
import { TimerWheel } from '../../host/timer_wheel.ts'
import {
  authorization,
  canonicalNamed,
  encodeProof,
  requestAge,
  rfc2822Date,
  sign,
  signCanonical,
  signingKey,
} from '../index.ts'
import { ageText, type Endpoint, endpoints, type Named } from './endpoints.ts'
import { type ExchangeOptions, exchange, type RawAnswer } from './exchange.ts'

export interface SignedRequestsOptions {
  readonly ikey: string
  readonly skey: Secret
  readonly host: string
  readonly port: number
  readonly httpProxy?: { readonly host: string; readonly port: number } | undefined
  readonly userAgent: string
  /** Receives a debug line for each request, without its content. */
  readonly log: Log
  readonly clock: Clock
  /** Measures the limits of requests; by default, each instance has its own. */
  readonly timers?: TimerWheel | undefined
}

export type Limits = Pick<ExchangeOptions, 'limitMs' | 'sendWithinMs'>

interface SendOptions extends Limits {
  /** When the newest transmission of the RADIUS request arrived, by `performance.now()`. */
  readonly requestedMs?: (() => number) | undefined
  readonly signal?: Cancellation | undefined
  readonly onSent?: (() => void) | undefined
}

/** Signs the requests of one application, and sends each once. */
export class SignedRequests {
  readonly #options: SignedRequestsOptions
  readonly #key: KeyObject
  readonly #origin: string
  readonly #timers: TimerWheel
  readonly #throughProxy: boolean
  /** In lower case, as it is signed. */
  readonly #host: string
  /** Log lines of requests, by path. */
  readonly #lines: Readonly<Record<string, string>>
  #dateSecond = -1
  #date = ''

  constructor(options: SignedRequestsOptions, origin: string) {
    this.#options = options
    this.#origin = origin
    this.#timers = options.timers ?? new TimerWheel()
    this.#throughProxy = options.httpProxy !== undefined
    this.#host = options.host.toLowerCase()
    this.#key = signingKey(options.skey.reveal())
    this.#lines = Object.fromEntries(
      Object.values(endpoints).map(({ method, path }) => [
        path,
        `http ${method} to https://${options.host}:${options.port}${path}`,
      ]),
    )
  }

  /** Sends a call of the Auth API, signed in version 2. */
  send(
    carrier: Pick<Dispatcher, 'dispatch'>,
    { method, path }: Endpoint,
    parameters: Named,
    options: SendOptions,
  ): Promise<RawAnswer> {
    const { requestedMs } = options
    const signed =
      requestedMs === undefined
        ? parameters
        : { ...parameters, [requestAge]: ageText(requestedMs()) }
    const date = this.#dateNow()
    // the body is what is signed
    const encoded = canonicalNamed(signed)
    const parts = { date, method, host: this.#host, path }
    const headers = this.#headers(date, signCanonical(parts, encoded, this.#key))
    const isPost = method === 'POST'
    if (isPost) headers['content-type'] = 'application/x-www-form-urlencoded'
    this.#options.log.debug(this.#lines[path] ?? path)
    const target = isPost || encoded === '' ? path : `${path}?${encoded}`
    const request = {
      origin: this.#origin,
      path: target,
      method,
      headers,
      body: isPost ? encoded : null,
    }
    return this.#exchange(carrier, request, options)
  }

  /** Sends a JSON document, signed in version 5. */
  sendJson(
    carrier: Pick<Dispatcher, 'dispatch'>,
    path: string,
    body: string,
    options: SendOptions,
  ): Promise<RawAnswer> {
    const date = this.#dateNow()
    const parts = { date, method: 'POST', host: this.#host, path, parameters: [], body }
    const signature = sign(parts, this.#key, 5)
    const headers = { ...this.#headers(date, signature), 'content-type': 'application/json' }
    return this.#exchange(
      carrier,
      { origin: this.#origin, path, method: 'POST', headers, body },
      options,
    )
  }

  /** The headers of a GET request without parameters, signed in version 2. */
  signedHeaders(path: string): Record<string, string> {
    const date = this.#dateNow()
    const parts = { date, method: 'GET', host: this.#host, path, parameters: [] }
    return this.#headers(date, sign(parts, this.#key, 2))
  }

  /** The batch that proves the key over a challenge, on a message connection. */
  proof(challenge: string): string {
    return encodeProof(challenge, this.#key)
  }

  #exchange(
    carrier: Pick<Dispatcher, 'dispatch'>,
    request: Dispatcher.DispatchOptions,
    { signal, onSent = () => {}, limitMs, sendWithinMs }: SendOptions,
  ): Promise<RawAnswer> {
    return exchange(carrier, request, {
      limitMs,
      sendWithinMs,
      throughProxy: this.#throughProxy,
      timers: this.#timers,
      signal,
      onSent,
    })
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
