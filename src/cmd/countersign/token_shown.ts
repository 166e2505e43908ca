import { renderUnicodeCompact } from 'uqr'
import type { OathToken } from '../../service/authenticators/oath/oath_tokens.ts'

/** The URI that an authenticator app imports a token from. */
export function otpauthUri(
  username: string,
  { kind, algorithm, digits, stepSecs, position }: OathToken,
  secret: string,
): string {
  const moving = kind === 'hotp' ? `counter=${position}` : `period=${stepSecs}`
  const label = `Countersign:${encodeURIComponent(username)}`
  return `otpauth://${kind}/${label}?secret=${secret}&issuer=Countersign&algorithm=${algorithm}&digits=${digits}&${moving}`
}

/** The QR code to scan, with the URI as text below it. */
export function tokenShown(uri: string): string {
  return `\nScan this with an authenticator app. It is shown only once:\n\n${renderUnicodeCompact(uri, { border: 2 })}\n\n${uri}\n`
}
