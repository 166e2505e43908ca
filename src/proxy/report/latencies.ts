import type { LatencySummary } from '../../duo/index.ts'

const maxKept = 512
const spanMs = 3_600_000

/** The last durations within an hour, at most 512. */
export class Latencies {
  /** Each duration and when it ended, as a ring. */
  readonly #kept: { readonly elapsedMs: number; readonly at: number }[] = []
  #next = 0

  /** @param nowMs By a clock that never steps back. */
  add(elapsedMs: number, nowMs: number): void {
    this.#kept[this.#next] = { elapsedMs, at: nowMs }
    this.#next = (this.#next + 1) % maxKept
  }

  /** @returns `undefined` without a duration. */
  summary(nowMs: number): LatencySummary | undefined {
    const sorted = this.#kept
      .filter(({ at }) => nowMs - at <= spanMs)
      .map(({ elapsedMs }) => elapsedMs)
      .sort((one, other) => one - other)
    if (sorted.length === 0) return undefined
    return {
      count: sorted.length,
      p50_ms: percentile(sorted, 50),
      p95_ms: percentile(sorted, 95),
    }
  }
}

/** The nearest rank, in tenths of a millisecond. */
function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length))
  return Math.round((sorted[rank - 1] ?? 0) * 10) / 10
}
