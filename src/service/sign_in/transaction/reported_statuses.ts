import type { Transaction } from './transaction.ts'

/** Keeps an entry a little longer than its transaction, because the clocks of nodes may differ. */
const graceMs = 60_000

/** The statuses that this node has reported to clients that poll, for transactions that still wait. */
export class ReportedStatuses {
  readonly #reported = new Map<string, { readonly status: string; readonly until: number }>()

  get size(): number {
    return this.#reported.size
  }

  /** Whether the current status was reported before. @param polled What the client calls the transaction. */
  has({ outcome }: Transaction, polled: string): boolean {
    return this.#reported.get(polled)?.status === outcome.status
  }

  add({ outcome, expires }: Transaction, polled: string): void {
    this.#reported.set(polled, { status: outcome.status, until: expires + graceMs })
  }

  remove(polled: string): void {
    this.#reported.delete(polled)
  }

  /** Removes expired entries: the end may have happened on another node, or the client stopped polling. */
  prune(now: number): void {
    for (const [txid, { until }] of this.#reported) if (until <= now) this.#reported.delete(txid)
  }
}
