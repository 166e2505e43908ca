/** How far a request's date may be from the server's time, either way. */
export const allowedSkewMs = 300_000

/** A moment as the Date header wants it (RFC 2822 §3.3): `Tue, 24 Nov 2026 17:18:00 -0000`. */
export function rfc2822Date(now: number): string {
  return new Date(now).toUTCString().replace('GMT', '-0000')
}

/**
 * Reads a date of RFC 2822 or of RFC 9110 §5.6.7, whose asctime form names no zone. A date without a
 * zone is GMT, wherever the server stands.
 *
 * @returns `undefined` where the text is no date.
 */
export function parseDate(text: string): number | undefined {
  const zoned = /(?:[A-Z]|[+-]\d{2}:?\d{2})\s*(?:\([^)]*\)\s*)?$/i.test(text)
  const time = Date.parse(zoned ? text : `${text} GMT`)
  return Number.isNaN(time) ? undefined : time
}
