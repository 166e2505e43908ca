import type { Transaction } from './transaction.ts'

/** A transaction is over by then, even where another node's clock goes differently. */
const graceMs = 60_000

/** What callers have been told on this node of transactions that wait, for as long as they may. */
export class ToldStatuses {
  readonly #told = new Map<string, { readonly status: string; readonly until: number }>()

  get size(): number {
    return this.#told.size
  }

  /** Whether a caller knows already how it stands. */
  knows({ txid, outcome }: Transaction): boolean {
    return this.#told.get(txid)?.status === outcome.status
  }

  keep({ txid, outcome, expires }: Transaction): void {
    this.#told.set(txid, { status: outcome.status, until: expires + graceMs })
  }

  forget(txid: string): void {
    this.#told.delete(txid)
  }

  /** Forgets those that have ended: it may have been on another node, or nobody has asked again. */
  prune(now: number): void {
    for (const [txid, { until }] of this.#told) if (until <= now) this.#told.delete(txid)
  }
}
