import type { OathParameters } from './oath_code.ts'

/**
 * The URI that authenticator apps import a token from, usually as a QR code.
 *
 * @param issuer The organisation, as the app shows it.
 * @param token.position HOTP: the next counter.
 * @param secret In base32.
 */
export function otpauthUri(
  issuer: string,
  username: string,
  { kind, algorithm, digits, stepSecs, position }: OathParameters & { readonly position: number },
  secret: string,
): string {
  // a colon ends the issuer in the label
  const organisation = encodeURIComponent(issuer.replaceAll(':', ' '))
  const label = `${organisation}:${encodeURIComponent(username)}`
  const moving = kind === 'hotp' ? `counter=${position}` : `period=${stepSecs}`
  return `otpauth://${kind}/${label}?secret=${secret}&issuer=${organisation}&algorithm=${algorithm}&digits=${digits}&${moving}`
}
