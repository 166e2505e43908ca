import { Counter, Histogram, type Registry } from 'prom-client'
import type { ApiCall } from '../../duo/https/api_call.ts'

/** From what no user notices to the limits of appliances and pushes. */
const loginBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 90]
const apiBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 90]

/** How long logins and calls to the API take. */
export class Durations {
  readonly #logins: Histogram<'section'>
  readonly #calls: Histogram<'section' | 'call'>
  readonly #outcomes: Counter<'section' | 'call' | 'outcome'>

  constructor(registry: Registry) {
    const registers = [registry]
    this.#logins = new Histogram({
      name: 'countersign_proxy_login_duration_seconds',
      help: 'From request to reply of a login, including the wait for the user',
      labelNames: ['section'],
      buckets: loginBuckets,
      registers,
    })
    this.#calls = new Histogram({
      name: 'countersign_proxy_api_call_duration_seconds',
      help: 'Duration of calls to the API; auth_waiting includes the wait for the user',
      labelNames: ['section', 'call'],
      buckets: apiBuckets,
      registers,
    })
    this.#outcomes = new Counter({
      name: 'countersign_proxy_api_calls_total',
      help: 'Calls to the API by outcome: answered, refused, or why there was no answer',
      labelNames: ['section', 'call', 'outcome'],
      registers,
    })
  }

  loginDecided(section: string, elapsedMs: number): void {
    this.#logins.observe({ section }, elapsedMs / 1000)
  }

  apiCalled(section: string, { name: call, outcome, elapsedMs }: ApiCall): void {
    this.#calls.observe({ section, call }, elapsedMs / 1000)
    this.#outcomes.inc({ section, call, outcome })
  }
}
