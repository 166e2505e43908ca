/** Whole seconds between two times of one clock. */
export function secondsSince(thenMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - thenMs) / 1000))
}
