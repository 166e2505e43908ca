import type { Clock } from '../../host/clock.ts'

/** What every check over the network needs. */
export interface Probe {
  readonly clock: Clock
  /** Ends the check early. */
  readonly signal: AbortSignal
  /** Limit of each step, such as one connection. */
  readonly timeoutMs: number
}

/** Thrown by a step that took too long. */
export class ProbeTimeout extends Error {
  override readonly name = 'ProbeTimeout'
}

/**
 * Limits the time of a step. A step that can't be cancelled continues in the background.
 *
 * @throws {ProbeTimeout} after the limit, and as soon as the run is aborted.
 */
export async function limited<Value>(
  step: Promise<Value>,
  { signal, timeoutMs }: Probe,
): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new ProbeTimeout(`no answer within ${timeoutMs / 1000} s`)),
    timeoutMs,
  )
  const abort = (): void => reject(new ProbeTimeout('cancelled'))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([step, promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

/** Code of a system error, of OpenSSL or of Node; empty if it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
