const maxBackOffMs = 32_000

/** How long to wait after the first, second, … answer 429: 1, 2, 4, … s and up to one more. */
export function backOffMs(attempt: number): number {
  return Math.min(1000 * 2 ** attempt, maxBackOffMs) + Math.random() * 1000
}

/** Parses `Retry-After` or `X-Retry-After` (RFC 9110 §10.2.3): seconds or a date. */
export function retryAfterMs(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: number,
): number | undefined {
  const value = headers['retry-after'] ?? headers['x-retry-after']
  if (typeof value !== 'string') return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
