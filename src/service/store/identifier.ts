import { randomInt } from 'node:crypto'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const secretLetters = `${letters}abcdefghijklmnopqrstuvwxyz`

/**
 * The kinds of identifiers: users, phones, hardware tokens, groups, integrations, bypass codes, policies,
 * passkeys; administrators, their factors, sessions and roles; requests for approval; jobs.
 */
export type IdentifierPrefix =
  | 'DU'
  | 'DP'
  | 'DH'
  | 'DG'
  | 'DI'
  | 'DB'
  | 'PO'
  | 'WA'
  | 'DE'
  | 'DF'
  | 'DS'
  | 'DR'
  | 'AP'
  | 'DJ'

/** A new identifier: 20 capital letters and digits; the first two give its kind. */
export function newIdentifier(prefix: IdentifierPrefix): string {
  return prefix + randomText(letters, 18)
}

/** A new secret key: 40 letters and digits. */
export function newSecretKey(): string {
  return randomText(secretLetters, 40)
}

/** A new bypass code: nine decimal digits. */
export function newBypassCode(): string {
  return randomText('0123456789', 9)
}

/** A new passcode for a message: seven decimal digits, beginning with `firstDigit`. */
export function newSmsPasscode(firstDigit: string): string {
  return firstDigit + randomText('0123456789', 6)
}

/** A new activation code: 20 letters and digits. */
export function newActivationCode(): string {
  return randomText(secretLetters, 20)
}

/** A new code of a link into the portal: 22 letters and digits, 131 bits, short enough to type. */
export function newPortalCode(): string {
  return randomText(secretLetters, 22)
}

/** A new RADIUS secret: 24 letters and digits, 142 bits, without characters that are special in a shell. */
export function newRadiusSecret(): string {
  return randomText(secretLetters, 24)
}

function randomText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}
