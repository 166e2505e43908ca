/**
 * A percentile by the nearest rank: the smallest value that at least `percent` of the values do not exceed.
 *
 * @param sorted Ascending.
 * @param percent 1 to 100.
 * @returns `undefined` without values.
 */
export function nearestRank(sorted: readonly number[], percent: number): number | undefined {
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1]
}
