import type { Transaction } from './transaction.ts'

/** Keeps an entry a little longer than its transaction, because the clocks of nodes may differ. */
const graceMs = 60_000

/** The statuses that this node has reported to clients that poll, for transactions that still wait. */
export class ReportedStatuses {
  readonly #reported = new Map<string, { readonly status: string; readonly until: number }>()

  get size(): number {
    return this.#reported.size
  }

  /** Whether the current status was reported before. */
  has({ txid, outcome }: Transaction): boolean {
    return this.#reported.get(txid)?.status === outcome.status
  }

  add({ txid, outcome, expires }: Transaction): void {
    this.#reported.set(txid, { status: outcome.status, until: expires + graceMs })
  }

  remove(txid: string): void {
    this.#reported.delete(txid)
  }

  /** Removes expired entries: the end may have happened on another node, or the client stopped polling. */
  prune(now: number): void {
    for (const [txid, { until }] of this.#reported) if (until <= now) this.#reported.delete(txid)
  }
}
