interface Limit {
  readonly limitMs: number
  /** Cancels the call, because another one has answered. */
  readonly signal: AbortSignal
}

/**
 * Runs a call, and runs it again beside the first if that is slow. The first result counts.
 *
 * @param limits.limitMs For both together.
 * @throws The error of the first call, if neither has a result.
 */
export async function hedged<Result>(
  { slowMs, limitMs }: { readonly slowMs: number; readonly limitMs: number },
  call: (limit: Limit) => Promise<Result>,
): Promise<Result> {
  const done = new AbortController()
  const { signal } = done
  const first = call({ limitMs, signal })
  try {
    if (!(await isSlow(first, slowMs))) return await first
    const second = call({ limitMs: limitMs - slowMs, signal })
    return await Promise.any([first, second]).catch(() => first)
  } finally {
    done.abort()
  }
}

async function isSlow(call: Promise<unknown>, slowMs: number): Promise<boolean> {
  const { promise: slow, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, slowMs, true)
  const ended = () => false
  const result = await Promise.race([slow, call.then(ended, ended)])
  clearTimeout(timer)
  return result
}
