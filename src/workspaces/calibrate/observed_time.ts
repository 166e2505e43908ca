/** Bounds of a time in milliseconds: more than `above`, and at most `upTo`. */
export interface TimeBounds {
  readonly above: number
  readonly upTo: number
}

/** The time within bounds that a person would have chosen: the largest multiple of 10 s, 5 s, 1 s or 100 ms. */
export function chooseRound({ above, upTo }: TimeBounds): number {
  for (const step of [10_000, 5000, 1000, 100]) {
    const value = Math.floor(upTo / step) * step
    if (value > above) return value
  }
  return Math.round(upTo)
}

/** The middle value. @param values At least one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** Rounds a measured time to what was configured: seconds if it is within 5 % of one, else 10 ms. */
export function roundTime(milliseconds: number): number {
  const seconds = Math.round(milliseconds / 1000) * 1000
  if (seconds > 0 && Math.abs(seconds - milliseconds) <= Math.max(50, seconds * 0.05))
    return seconds
  return Math.round(milliseconds / 10) * 10
}
