import { readFileSync } from 'node:fs'
import { type checkServerIdentity, createSecureContext, type SecureContext } from 'node:tls'
import { type Dispatcher, Pool, ProxyAgent } from 'undici'
import { type CertificateExpiry, checkIdentityAndExpiry } from './certificate_expiry.ts'
import { multiplexedConnector } from './multiplexed_connector.ts'

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
const keepAliveMs = 20_000
/** One pooled, and one to repeat a `check` because the first may be dead. */
const checkConnections = 2
/** A server may hold each `auth_status`, and a held connection costs 50 to 80 KiB of memory. */
export const maxPollConnections = 1024

const timing = { keepAliveTimeout: keepAliveMs, headersTimeout: 0, bodyTimeout: 0 }

/** The connections to one API, pooled separately by what they carry, so that no kind starves another. */
export class Connections {
  readonly origin: string
  /** Only for `check`, which tests whether the API answers while other calls are slow. */
  readonly warm: Dispatcher
  /** For calls that are answered at once. */
  readonly short: Dispatcher
  /** For `auth_status`, which the API may hold until the user has answered. */
  readonly polls: Dispatcher
  /** For calls that wait for a user, many on one connection (HTTP/2); not through an HTTP proxy. */
  readonly shared: Dispatcher | undefined
  /** For reports, which no login may wait for. */
  readonly reports: Dispatcher
  #expiry: CertificateExpiry | undefined

  /** @throws A system error if `caFile` can't be read. */
  constructor(options: ConnectionsOptions) {
    this.origin = toOrigin(options)
    const tls = tlsOptions(options, (expiry) => {
      this.#expiry = expiry
    })
    this.warm = this.#http1(options, tls, checkConnections)
    this.short = this.#http1(options, tls, options.maxConnections)
    this.polls = this.#http1(options, tls, maxPollConnections)
    this.shared = this.#http2(options, tls)
    this.reports = this.#http1(options, tls, 1)
  }

  /** Of the last connection with a full handshake; `undefined` before the first one. */
  get certificateExpiry(): CertificateExpiry | undefined {
    return this.#expiry
  }

  /** Aborts the calls in progress. */
  async close(): Promise<void> {
    const all = [this.warm, this.short, this.polls, this.shared, this.reports]
    await Promise.all(all.map((dispatcher) => dispatcher?.destroy()))
  }

  /** HTTP/1.1, because one request per connection is faster here than many streams on one. */
  #http1({ httpProxy }: ConnectionsOptions, tls: Tls, connections: number): Dispatcher {
    const http1 = { ...timing, connections, allowH2: false, pipelining: 1 }
    if (httpProxy === undefined) return new Pool(this.origin, { ...http1, connect: tls })
    const { host, port } = httpProxy
    return new ProxyAgent({ ...http1, uri: `http://${host}:${port}`, requestTls: tls })
  }

  #http2({ httpProxy }: ConnectionsOptions, tls: Tls): Dispatcher | undefined {
    if (httpProxy !== undefined) return undefined
    return new Pool(this.origin, { ...timing, allowH2: true, connect: multiplexedConnector(tls) })
  }
}

function toOrigin({ host, port }: ConnectionsOptions): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === 443 ? `https://${name}` : `https://${name}:${port}`
}

interface Tls {
  readonly secureContext: SecureContext
  /** Milliseconds. */
  readonly timeout: number
  readonly checkServerIdentity: typeof checkServerIdentity
}

function tlsOptions(
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
    timeout: connectTimeoutMs,
    checkServerIdentity: checkIdentityAndExpiry(onExpiry),
  }
}
