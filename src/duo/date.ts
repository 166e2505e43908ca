/** How far a request's date may be from the server's time, either way. */
export const allowedSkewMs = 300_000

/** A time in the form of the Date header (RFC 2822 §3.3): `Tue, 24 Nov 2026 17:18:00 -0000`. */
export function rfc2822Date(now: number): string {
  return new Date(now).toUTCString().replace('GMT', '-0000')
}

/**
 * Reads a date of RFC 2822 or RFC 9110 §5.6.7. A date without a zone, as in the asctime form, is GMT
 * in whatever zone the server runs.
 *
 * @returns `undefined` if the text is not a date.
 */
export function parseDate(text: string): number | undefined {
  const zoned = /(?:[A-Z]|[+-]\d{2}:?\d{2})\s*(?:\([^)]*\)\s*)?$/i.test(text)
  const time = Date.parse(zoned ? text : `${text} GMT`)
  return Number.isNaN(time) ? undefined : time
}
