import { renderUnicodeCompact } from 'uqr'

/** The QR code to scan, with the URI as text below it. */
export function tokenShown(uri: string): string {
  return `\nScan this with an authenticator app. It is shown only once:\n\n${renderUnicodeCompact(uri, { border: 2 })}\n\n${uri}\n`
}
