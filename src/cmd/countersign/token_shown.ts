import { renderUnicodeCompact } from 'uqr'
import type { Token } from '../../service/authenticators/oath/oath_tokens.ts'

/** The URI by which an authenticator app takes a token over. */
export function otpauthUri(
  username: string,
  { kind, algorithm, digits, stepSecs, position }: Token,
  secret: string,
): string {
  const moving = kind === 'hotp' ? `counter=${position}` : `period=${stepSecs}`
  const label = `Countersign:${encodeURIComponent(username)}`
  return `otpauth://${kind}/${label}?secret=${secret}&issuer=Countersign&algorithm=${algorithm}&digits=${digits}&${moving}`
}

/** The QR code to scan, and the URI below it for those who can't. */
export function tokenShown(uri: string): string {
  return `\nScan this with an authenticator app; it is shown this once:\n\n${renderUnicodeCompact(uri, { border: 2 })}\n\n${uri}\n`
}
