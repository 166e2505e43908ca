import { readFileSync } from 'node:fs'
import { type checkServerIdentity, createSecureContext, type SecureContext } from 'node:tls'
import { type Dispatcher, Pool, ProxyAgent } from 'undici'
import type { Log } from '../../host/log.ts'
import { type CertificateExpiry, checkIdentityAndExpiry } from './certificate_expiry.ts'
import { MessageLink } from './message_link.ts'
import { tlsConnector } from './tls_connector.ts'
import { WarmPool } from './warm_pool.ts'

export interface ConnectionsOptions {
  readonly host: string
  readonly port: number
  /** PEM file of the CAs that may sign the API's certificate; by default those of Node. */
  readonly caFile?: string | undefined
  /** In PEM; added to those of `caFile`. */
  readonly ca?: string | undefined
  /** HTTP proxy to go through (CONNECT). */
  readonly httpProxy?: { readonly host: string; readonly port: number } | undefined
  /** Pooled connections for calls that are answered at once. */
  readonly maxConnections: number
}

const connectTimeoutMs = 10_000
/** Limit for an address that has alternatives. */
const shortConnectTimeoutMs = 2_500
const keepAliveMs = 20_000
/** One pooled, and one to repeat a `check` because the first may be dead. */
const checkConnections = 2
/** A server may hold each `auth_status`, and a held connection costs about 100 KiB of memory. */
export const maxPollConnections = 512

const timing = { keepAliveTimeout: keepAliveMs, headersTimeout: 0, bodyTimeout: 0 }

/** Sends requests over its connections. */
export type ClosableDispatcher = Pick<Dispatcher, 'dispatch'> & {
  close(): Promise<void>
  destroy(): Promise<void>
}

/** Where the connections of a pool lead. */
export interface Place {
  /** `undefined` through an HTTP proxy, which resolves the name. */
  readonly address: string | undefined
  /** Whether the API has another address to try. */
  readonly hasAlternatives: () => boolean
  /** Headers of the request that opens a message connection, signed now. */
  readonly messageHeaders: () => Readonly<Record<string, string>>
  /** @returns The batch that proves the key over a challenge of the service. */
  readonly messageProof: (challenge: string) => string
  readonly log: Log
}

/**
 * The connections to one address of an API, pooled separately by what they carry, so that no kind starves
 * another.
 */
export class Connections {
  /** Only for `check`, which tests whether the API answers while other calls are slow. */
  readonly warm: Dispatcher
  /** For calls that are answered at once. */
  readonly short: ClosableDispatcher
  /** For `auth_status`, which the API may hold until the user has answered. */
  readonly polls: Dispatcher
  /** For calls that wait for a user, many on one connection (HTTP/2); not through an HTTP proxy. */
  readonly shared: Dispatcher | undefined
  /** For reports, which no login may wait for. */
  readonly reports: Dispatcher
  /** For sign-ins, as messages, if the API offers it; not through an HTTP proxy. */
  readonly messages: MessageLink | undefined
  readonly #place: Place

  constructor(options: ConnectionsOptions, tls: Tls, place: Place) {
    this.#place = place
    this.warm = this.#http1(options, tls, checkConnections)
    this.short = this.#short(options, tls)
    this.polls = this.#http1(options, tls, maxPollConnections)
    this.shared = this.#http2(options, tls)
    this.reports = this.#http1(options, tls, 1)
    this.messages = this.#messageLink(options, tls)
  }

  /** Aborts the calls in progress. */
  async close(): Promise<void> {
    this.messages?.close()
    const all = [this.warm, this.short, this.polls, this.shared, this.reports]
    await Promise.all(all.map((dispatcher) => dispatcher?.destroy()))
  }

  /** Ends when the calls in progress have ended. */
  async retire(): Promise<void> {
    this.messages?.retire()
    const all = [this.warm, this.short, this.polls, this.shared, this.reports]
    await Promise.all(all.map((dispatcher) => dispatcher?.close()))
  }

  /** HTTP/1.1, because one request per connection is faster here than many streams on one. */
  #http1(options: ConnectionsOptions, tls: Tls, connections: number): Dispatcher {
    const { httpProxy } = options
    const http1 = { ...timing, connections, allowH2: false, pipelining: 1 }
    if (httpProxy === undefined) {
      const connect = this.#connector(options, tls, 'http/1.1')
      return new Pool(toOrigin(options), { ...http1, connect })
    }
    const { host, port } = httpProxy
    const requestTls = { ...tls, timeout: connectTimeoutMs }
    return new ProxyAgent({ ...http1, uri: `http://${host}:${port}`, requestTls })
  }

  #short(options: ConnectionsOptions, tls: Tls): ClosableDispatcher {
    const { httpProxy, maxConnections } = options
    if (httpProxy !== undefined) return this.#http1(options, tls, maxConnections)
    const connect = this.#connector(options, tls, 'http/1.1')
    const client = { ...timing, allowH2: false, pipelining: 1, connect }
    return new WarmPool({ origin: toOrigin(options), client, maxConnections })
  }

  #http2(options: ConnectionsOptions, tls: Tls): Dispatcher | undefined {
    if (options.httpProxy !== undefined) return undefined
    const connect = this.#connector(options, tls, 'h2')
    return new Pool(toOrigin(options), { ...timing, allowH2: true, connect })
  }

  #messageLink(options: ConnectionsOptions, tls: Tls): MessageLink | undefined {
    if (options.httpProxy !== undefined) return undefined
    const { host, port } = options
    const { address = host, messageHeaders: headers, messageProof: prove, log } = this.#place
    const place = { origin: toOrigin(options), host, port, address }
    return new MessageLink({ ...place, tls, headers, prove, log })
  }

  #connector(
    { host }: ConnectionsOptions,
    tls: Tls,
    protocol: 'h2' | 'http/1.1',
  ): ReturnType<typeof tlsConnector> {
    const { address = host, hasAlternatives } = this.#place
    const timeoutMs = () => (hasAlternatives() ? shortConnectTimeoutMs : connectTimeoutMs)
    return tlsConnector({ tls, address, protocol, timeoutMs })
  }
}

/** Scheme, host and port of the API, as in URLs. */
export function toOrigin({ host, port }: ConnectionsOptions): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === 443 ? `https://${name}` : `https://${name}:${port}`
}

export interface Tls {
  readonly secureContext: SecureContext
  readonly checkServerIdentity: typeof checkServerIdentity
}

/** @throws A system error if `caFile` can't be read. */
export function tlsOptions(
  { caFile, ca }: ConnectionsOptions,
  onExpiry: (expiry: CertificateExpiry) => void,
): Tls {
  const own = [...(caFile === undefined ? [] : [readFileSync(caFile, 'utf8')]), ...(ca ? [ca] : [])]
  // created once: a context for each connection would parse the CAs again
  const secureContext = createSecureContext({
    ...(own.length === 0 ? {} : { ca: own }),
    minVersion: 'TLSv1.2',
  })
  return {
    secureContext,
    checkServerIdentity: checkIdentityAndExpiry(onExpiry),
  }
}
