import type { Registry } from 'prom-client'
import { findHealth } from '../control/health.ts'
import { Durations } from './durations.ts'
import { type HttpAnswer, HttpAnswers } from './http_answers.ts'
import { createRegistry, type MetricsSource } from './registry.ts'
import { Remembered } from './remembered.ts'

/** An address and a port; the port is 0 if nothing is to be served. */
export interface MetricsPlace {
  readonly address: string
  readonly port: number
}

const metricsMaxAgeMs = 1_000
const healthMaxAgeMs = 250

/**
 * Serves `/metrics` for Prometheus, and `/healthz` for load balancers. Neither contains secrets.
 *
 * Both are remembered for a moment, so that no number of requests keeps the proxy from its sign-ins.
 */
export class ProxyMetrics {
  /** Receives what happens, whether or not it is served. */
  readonly durations: Durations
  readonly #registry: Registry
  readonly #metrics: Remembered<HttpAnswer>
  readonly #health: Remembered<HttpAnswer>
  #server: HttpAnswers | undefined
  #place: MetricsPlace | undefined

  /** @param now A clock that never goes back, in milliseconds. */
  constructor(source: MetricsSource, now: () => number = () => performance.now()) {
    this.#registry = createRegistry(source)
    this.durations = new Durations(this.#registry)
    this.#metrics = new Remembered(() => this.#renderMetrics(source), metricsMaxAgeMs, now)
    this.#health = new Remembered(async () => renderHealth(source), healthMaxAgeMs, now)
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
    this.#server = undefined
    this.#place = undefined
  }

  async #listen(place: MetricsPlace): Promise<void> {
    if (place.port === 0) return
    this.#server = await HttpAnswers.listen(place, (path) => this.#answer(path))
    this.#place = place
  }

  /** An unhandled rejection would end the proxy. */
  async #answer(path: string): Promise<HttpAnswer> {
    try {
      if (path === '/metrics') return await this.#metrics.get()
      return path === '/healthz' ? await this.#health.get() : { status: 404 }
    } catch {
      return { status: 500 }
    }
  }

  async #renderMetrics(source: MetricsSource): Promise<HttpAnswer> {
    await source.refresh()
    const body = await this.#registry.metrics()
    return { status: 200, headers: { 'content-type': this.#registry.contentType }, body }
  }
}

/** Not what `failmode=safe` covers: whoever may ask must not learn that no second factor is needed. */
function renderHealth({ sections }: MetricsSource): HttpAnswer {
  const { ok, problems } = findHealth(sections)
  return {
    status: ok ? 200 : 503,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: `${JSON.stringify(ok ? { status: 'ok' } : { status: 'unhealthy', problems })}\n`,
  }
}
