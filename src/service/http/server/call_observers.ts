import type { Log } from '../../../host/log.ts'
import { isBusy } from '../gate/busy.ts'
import type { AnsweredCall } from '../gate/gates.ts'
import type { ServiceMetrics } from './service_metrics.ts'

export interface CallObserversOptions {
  readonly metrics: ServiceMetrics
  /** Logs the method, path, status and duration of each call, and nothing else of it. */
  readonly accessLog: boolean
  readonly log: Log
}

const busyLogMs = 60_000

/** Counts and logs how calls are answered, whether they came as HTTP requests or as messages. */
export class CallObservers {
  readonly #options: CallObserversOptions
  #busyLoggedAt = Number.NEGATIVE_INFINITY

  constructor(options: CallObserversOptions) {
    this.#options = options
  }

  /** @param call.path As it may be logged. */
  answered(call: AnsweredCall & { readonly path: string }): void {
    const { metrics, accessLog, log } = this.#options
    const { endpoint, method, path, status, elapsedMs, from } = call
    metrics.answered(endpoint, status, elapsedMs)
    if (!accessLog) return
    log.info('request', { method, path, status, ms: Math.round(elapsedMs * 10) / 10, from })
  }

  failed(error: unknown): void {
    if (!isBusy(error)) return
    const { metrics, log } = this.#options
    metrics.busy()
    const now = performance.now()
    if (now - this.#busyLoggedAt < busyLogMs) return
    this.#busyLoggedAt = now
    const reason = error instanceof Error ? error.message : String(error)
    log.warn('answered 429 for contention', { reason })
  }
}
