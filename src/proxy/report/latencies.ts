import type { LatencySummary } from '../../duo/index.ts'
import { nearestRank } from '../../host/nearest_rank.ts'

const maxKept = 512
const spanMs = 3_600_000

/** The last durations within an hour, at most 512. */
export class Latencies {
  /** How long each took, and when it ended, as a ring. */
  readonly #elapsedMs = new Float64Array(maxKept)
  readonly #endedAt = new Float64Array(maxKept).fill(Number.NEGATIVE_INFINITY)
  #next = 0

  /** @param nowMs By a clock that never steps back. */
  add(elapsedMs: number, nowMs: number): void {
    this.#elapsedMs[this.#next] = elapsedMs
    this.#endedAt[this.#next] = nowMs
    this.#next = (this.#next + 1) % maxKept
  }

  /** @returns `undefined` without a duration. */
  summary(nowMs: number): LatencySummary | undefined {
    const sorted = [...this.#elapsedMs]
      .filter((_, index) => nowMs - (this.#endedAt[index] ?? 0) <= spanMs)
      .sort((one, other) => one - other)
    if (sorted.length === 0) return undefined
    return {
      count: sorted.length,
      p50_ms: percentile(sorted, 50),
      p95_ms: percentile(sorted, 95),
    }
  }
}

/** In tenths of a millisecond. */
function percentile(sorted: readonly number[], percent: number): number {
  return Math.round((nearestRank(sorted, percent) ?? 0) * 10) / 10
}
