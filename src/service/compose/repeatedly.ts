import type { Log } from '../../host/log.ts'

/**
 * Runs `work` every `everyMs` milliseconds, one round at a time. A failed round is logged, and the next
 * one runs all the same.
 *
 * @returns Stops it. A round in progress then fails unlogged: what it uses may be closed already.
 */
export function repeatedly(everyMs: number, log: Log, work: () => Promise<void>): () => void {
  let isRunning = false
  let isStopped = false
  const timer = setInterval(() => {
    if (isRunning) return
    isRunning = true
    work()
      .catch((error: unknown) => {
        if (!isStopped) log.warn('upkeep failed', { error: String(error) })
      })
      .finally(() => {
        isRunning = false
      })
  }, everyMs)
  timer.unref()
  return () => {
    isStopped = true
    clearInterval(timer)
  }
}
