import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { Counter, Gauge, Registry } from 'prom-client'
import type { ServerCounters } from '../../radius/udp/counters.ts'
import type { SignedSource } from '../../radius/udp/signed_sources.ts'
import type { SignInCounters } from '../second_factor/sign_in_counters.ts'

/** The counters of a running proxy, by section. */
export interface ProxyCounters {
  readonly counters: ReadonlyMap<string, ServerCounters>
  readonly signIns: ReadonlyMap<string, SignInCounters>
  readonly latched: ReadonlyMap<string, readonly SignedSource[]>
}

/** Serves the proxy's counters to Prometheus: `/metrics`, on loopback. */
export class ProxyMetrics {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** @throws An error of the system, such as `EADDRINUSE`. */
  static async listen(proxy: ProxyCounters, port: number): Promise<ProxyMetrics> {
    const registry = createRegistry(proxy)
    const server = createServer((request, response) => {
      if (request.method !== 'GET' || request.url !== '/metrics') {
        response.writeHead(404).end()
        return
      }
      registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        // an unhandled rejection would end the proxy
        () => response.writeHead(500).end(),
      )
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return new ProxyMetrics(server)
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

function createRegistry(proxy: ProxyCounters): Registry {
  const registry = new Registry()
  const registers = [registry]
  new Counter({
    name: 'countersign_proxy_replies_total',
    help: 'RADIUS replies to logins, by code',
    labelNames: ['section', 'code'],
    registers,
    collect() {
      this.reset()
      for (const [section, { accepts, rejects, challenges }] of proxy.counters) {
        this.inc({ section, code: 'accept' }, accepts)
        this.inc({ section, code: 'reject' }, rejects)
        this.inc({ section, code: 'challenge' }, challenges)
      }
    },
  })
  new Counter({
    name: 'countersign_proxy_unanswered_total',
    help: 'Logins that the API did not answer, by outcome; failmode=safe accepted fail_open',
    labelNames: ['section', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const [section, { failOpens, failClosed, busy }] of proxy.signIns) {
        this.inc({ section, outcome: 'fail_open' }, failOpens)
        this.inc({ section, outcome: 'fail_closed' }, failClosed)
        this.inc({ section, outcome: 'busy' }, busy)
      }
    },
  })
  new Counter({
    name: 'countersign_proxy_dropped_total',
    help: 'Datagrams without a reply, by reason',
    labelNames: ['section', 'reason'],
    registers,
    collect() {
      this.reset()
      for (const [section, { dropped, kernelDrops }] of proxy.counters) {
        for (const [reason, count] of Object.entries(dropped)) this.inc({ section, reason }, count)
        this.inc({ section, reason: 'receive-buffer-full' }, kernelDrops)
      }
    },
  })
  new Gauge({
    name: 'countersign_proxy_latched_addresses',
    help: 'Addresses from which message_authenticator=auto requires a Message-Authenticator now',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const [section, addresses] of proxy.latched) this.set({ section }, addresses.length)
    },
  })
  return registry
}
