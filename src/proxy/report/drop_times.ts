import type { DropReason } from '../../radius/udp/counters.ts'

/** When datagrams were last dropped, by reason: compares the counts of one report with the one before. */
export class DropTimes {
  readonly #counts = new Map<string, number>()
  readonly #times = new Map<string, number>()

  /** @param nowMs By a clock that never steps back. */
  observe(dropped: Readonly<Record<DropReason, number>>, nowMs: number): void {
    for (const [reason, count] of Object.entries(dropped)) {
      const before = this.#counts.get(reason) ?? 0
      // a new listener counts from zero
      if (count !== before && count > 0) this.#times.set(reason, nowMs)
      this.#counts.set(reason, count)
    }
  }

  lastAt(reason: DropReason): number | undefined {
    return this.#times.get(reason)
  }
}
