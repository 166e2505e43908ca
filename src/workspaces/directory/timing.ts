/** Time as the directory sees it. Injected, so that tests can run it faster. */
export interface Timing {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls `action` once after a time. @returns A function that cancels it. */
  after(milliseconds: number, action: () => void): () => void
}

/**
 * The time of this machine.
 *
 * @param factor How many times faster it runs: with 20, a timeout of 20 s takes 1 s.
 */
export function machineTiming(factor = 1): Timing {
  const start = Date.now()
  return {
    now: () => start + (Date.now() - start) * factor,
    after(milliseconds, action) {
      const timer = setTimeout(action, milliseconds / factor)
      return () => clearTimeout(timer)
    },
  }
}
