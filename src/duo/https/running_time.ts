const ticks = 10

/**
 * Calls back after a period in which this process could run.
 *
 * After a stall of the event loop, expired timers fire before the data that arrived meanwhile is read. A
 * plain `setTimeout` would then report a timeout although the answer has arrived. This timer counts ten
 * ticks, of which a stall uses one, and lets the event loop read arrived data before it calls back.
 *
 * @returns A function that cancels it.
 */
export function afterRunning(spanMs: number, expired: () => void): () => void {
  let left = ticks
  let cancelled = false
  let timer = setTimeout(tick, spanMs / ticks)
  function tick(): void {
    left--
    if (left > 0) timer = setTimeout(tick, spanMs / ticks)
    // after the poll phase, which reads sockets
    else setImmediate(() => cancelled || expired())
  }
  return () => {
    cancelled = true
    clearTimeout(timer)
  }
}
