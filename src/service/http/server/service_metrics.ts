import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Trust } from './connection_queue.ts'
import type { ClosedFor } from './connections.ts'

/** What is in progress, counted when the metrics are read. */
export interface InProgress {
  readonly waitingCalls: () => number
  readonly openApps: () => number
  /** Requests that joined the sign-ins of others, since the service started. */
  readonly joins: () => {
    readonly retransmissions: number
    readonly retries: number
    readonly competing: number
  }
  readonly messageConnections: () => number
  readonly openMessages: () => number
}

/** The service's metrics for Prometheus. */
export class ServiceMetrics {
  readonly #registry = new Registry()
  readonly #requests: Counter<'endpoint' | 'status'>
  readonly #seconds: Histogram<'endpoint'>
  readonly #closed: Counter<'reason'>
  readonly #busy: Counter
  readonly #connections: ((trust: Trust) => number)[] = []

  constructor(inProgress: InProgress) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    this.#requests = new Counter({
      name: 'countersign_http_requests_total',
      help: 'Requests answered',
      labelNames: ['endpoint', 'status'],
      registers,
    })
    this.#seconds = new Histogram({
      name: 'countersign_http_request_seconds',
      help: 'Time from a request to its answer',
      labelNames: ['endpoint'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30, 60],
      registers,
    })
    this.#busy = new Counter({
      name: 'countersign_busy_total',
      help: 'Requests answered with 429 for contention in the database or a full queue',
      registers,
    })
    this.#closed = new Counter({
      name: 'countersign_connections_closed_total',
      help: 'Connections refused or closed for a limit, by the limit',
      labelNames: ['reason'],
      registers,
    })
    new Counter({
      name: 'countersign_joined_requests_total',
      help: 'Requests that joined a sign-in in progress, so that its user saw one push: retransmissions, and retries with new packets',
      labelNames: ['request'],
      registers,
      collect() {
        const { retransmissions, retries } = inProgress.joins()
        this.reset()
        this.inc({ request: 'retransmission' }, retransmissions)
        this.inc({ request: 'retry' }, retries)
      },
    })
    new Counter({
      name: 'countersign_competing_retries_total',
      help: 'Retries that two requests competed for, so that each became a sign-in of its own',
      registers,
      collect() {
        this.reset()
        this.inc(inProgress.joins().competing)
      },
    })
    const listeners = this.#connections
    new Gauge({
      name: 'countersign_connections',
      help: 'Open connections, by the best authenticated request that each has made',
      labelNames: ['trust'],
      registers,
      collect() {
        for (const trust of ['silent', 'anonymous', 'phone', 'application'] as const) {
          this.set(
            { trust },
            listeners.reduce((sum, count) => sum + count(trust), 0),
          )
        }
      },
    })
    const gauge = (name: string, help: string, count: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(count())
        },
      })
    gauge(
      'countersign_waiting_calls',
      'Calls that wait for a user to answer',
      inProgress.waitingCalls,
    )
    gauge('countersign_open_apps', 'Push apps that are open', inProgress.openApps)
    gauge(
      'countersign_message_connections',
      'Connections over which proxies send sign-ins as messages',
      inProgress.messageConnections,
    )
    gauge(
      'countersign_open_messages',
      'Sign-ins that came as messages and have no answer yet',
      inProgress.openMessages,
    )
  }

  /** @param endpoint The route's path; a path that a client invents must not become a label. */
  answered(endpoint: string, status: number, milliseconds: number): void {
    this.#requests.inc({ endpoint, status: String(status) })
    this.#seconds.observe({ endpoint }, milliseconds / 1000)
  }

  connectionClosed(reason: ClosedFor): void {
    this.#closed.inc({ reason })
  }

  /** A request was answered with 429 for contention. */
  busy(): void {
    this.#busy.inc()
  }

  /** Counts the connections of one more listener. */
  watchConnections(count: (trust: Trust) => number): void {
    this.#connections.push(count)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  async text(): Promise<string> {
    return await this.#registry.metrics()
  }
}
