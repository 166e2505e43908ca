import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'
import { findHealth } from '../control/health.ts'
import { Durations } from './durations.ts'
import { createRegistry, type MetricsSource } from './registry.ts'

/** An address and a port; the port is 0 if nothing is to be served. */
export interface MetricsPlace {
  readonly address: string
  readonly port: number
}

const maxConnections = 64
const requestMs = 10_000

/** Serves `/metrics` for Prometheus, and `/healthz` for load balancers. Neither contains secrets. */
export class ProxyMetrics {
  /** Receives what happens, whether or not it is served. */
  readonly durations: Durations
  readonly #source: MetricsSource
  readonly #registry: Registry
  #server: Server | undefined
  #place: MetricsPlace | undefined

  constructor(source: MetricsSource) {
    this.#source = source
    this.#registry = createRegistry(source)
    this.durations = new Durations(this.#registry)
  }

  /** Where it is served now. */
  get place(): MetricsPlace | undefined {
    return this.#place
  }

  /**
   * Serves at a place from now on, and nowhere else.
   *
   * @throws An error of the system, such as `EADDRINUSE`; it is then served at the place before.
   */
  async serveAt(place: MetricsPlace): Promise<void> {
    const before = this.#place
    if (before?.address === place.address && before.port === place.port) return
    this.close()
    try {
      await this.#listen(place)
    } catch (error) {
      if (before !== undefined) await this.#listen(before)
      throw error
    }
  }

  close(): void {
    this.#server?.close()
    this.#server?.closeAllConnections()
    this.#server = undefined
    this.#place = undefined
  }

  async #listen(place: MetricsPlace): Promise<void> {
    if (place.port === 0) return
    const server = createServer(
      { requestTimeout: requestMs, headersTimeout: requestMs },
      (request, response) => {
        if (request.method !== 'GET' && request.method !== 'HEAD') {
          response.writeHead(405, { allow: 'GET, HEAD' }).end()
        } else if (request.url === '/metrics') this.#sendMetrics(response)
        else if (request.url === '/healthz') this.#sendHealth(response)
        else response.writeHead(404).end()
      },
    )
    server.maxConnections = maxConnections
    server.listen(place.port, place.address)
    await once(server, 'listening')
    // such as EMFILE in accept; it must not end the proxy
    server.on('error', () => {})
    this.#server = server
    this.#place = place
  }

  #sendMetrics(response: ServerResponse): void {
    this.#registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': this.#registry.contentType }).end(text),
      // an unhandled rejection would end the proxy
      () => response.writeHead(500).end(),
    )
  }

  #sendHealth(response: ServerResponse): void {
    // not what `failmode=safe` covers: whoever may ask must not learn that no second factor is needed
    const { ok, problems } = findHealth(this.#source.sections)
    response
      .writeHead(ok ? 200 : 503, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      })
      .end(`${JSON.stringify(ok ? { status: 'ok' } : { status: 'unhealthy', problems })}\n`)
  }
}
