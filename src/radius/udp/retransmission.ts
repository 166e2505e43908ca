/** When a RADIUS client retransmits, and when it gives up (RFC 5080 §2.2.1). */
export interface RetransmissionTimers {
  /** IRT: wait after the first transmission. */
  readonly initialMs: number
  /** MRT: maximum wait; 0 for no limit. */
  readonly maxWaitMs: number
  /** MRC: maximum number of transmissions; 0 for no limit. */
  readonly maxTransmissions: number
  /** MRD: maximum time since the first transmission; 0 for no limit. */
  readonly maxDurationMs: number
}

/** The values that RFC 5080 §2.2.1 recommends. */
export const recommendedTimers: RetransmissionTimers = {
  initialMs: 2_000,
  maxWaitMs: 16_000,
  maxTransmissions: 5,
  maxDurationMs: 30_000,
}

/**
 * Yields the wait after each transmission, in milliseconds. The exchange has failed when it ends.
 *
 * @param random Such as `Math.random`; varies each wait by up to a tenth.
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
