/** When a RADIUS client sends again, and when it gives up (RFC 5080 §2.2.1). */
export interface RetransmissionTimers {
  /** IRT: wait after the first transmission. */
  readonly initialMs: number
  /** MRT: longest wait; 0 for none. */
  readonly maxWaitMs: number
  /** MRC: transmissions at most; 0 for no bound. */
  readonly maxTransmissions: number
  /** MRD: time at most from the first transmission on; 0 for no bound. */
  readonly maxDurationMs: number
}

/** What RFC 5080 §2.2.1 recommends. */
export const recommendedTimers: RetransmissionTimers = {
  initialMs: 2_000,
  maxWaitMs: 16_000,
  maxTransmissions: 5,
  maxDurationMs: 30_000,
}

/**
 * How long to wait after each transmission; when there is no further wait, the exchange has failed.
 *
 * @param random From 0 to 1, as `Math.random` gives it: spreads the waits of many clients by a tenth.
 */
export function* waits(timers: RetransmissionTimers, random: () => number): Generator<number> {
  const { initialMs, maxWaitMs, maxTransmissions, maxDurationMs } = timers
  const spread = (ms: number): number => (random() * 0.2 - 0.1) * ms
  let wait = initialMs + spread(initialMs)
  let elapsed = 0
  for (let sent = 1; ; sent++) {
    const left = maxDurationMs === 0 ? Number.POSITIVE_INFINITY : maxDurationMs - elapsed
    if (left <= 0) return
    yield Math.min(wait, left)
    if (sent === maxTransmissions) return
    elapsed += wait
    wait = 2 * wait + spread(wait)
    if (maxWaitMs !== 0 && wait > maxWaitMs) wait = maxWaitMs + spread(maxWaitMs)
  }
}
