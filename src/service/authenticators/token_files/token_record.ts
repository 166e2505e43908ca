import { Secret as OathSecret } from 'otpauth'
import { Secret } from '../../../host/secret.ts'
import { wrongRecord } from './token_file_error.ts'

/** A hardware token as a file lists it. */
export interface TokenRecord {
  readonly serial: string
  readonly kind: 'hotp' | 'totp'
  readonly digits: 6 | 8
  readonly algorithm: 'SHA1' | 'SHA256' | 'SHA512'
  readonly stepSecs: number
  /** In base32. */
  readonly secret: Secret
  /** HOTP: the next one. */
  readonly counter: number
  /** TOTP: steps by which its clock is ahead. */
  readonly drift: number
  readonly expires: number | undefined
  /** Name of the token's user, if the file names one. */
  readonly username?: string
}

/** RFC 4226 requires 16 bytes, but there are tokens with 10. */
const minOctets = 10
const maxOctets = 128
const maxSerialLength = 64
const maxUsernameLength = 256
const maxCounter = 2 ** 52

/** @throws {TokenFileError} `TOKEN_FILE_RECORD` for text that can't be a serial. */
export function parseSerial(text: string): string {
  const serial = text.trim()
  if (serial === '') throw wrongRecord('the serial is missing')
  if (/^\d([.,]\d+E\+?|E\+)\d+$/i.test(serial)) {
    throw wrongRecord(
      `the serial ${serial} is a number that a spreadsheet has rounded; format that column as text and fill it again`,
    )
  }
  if (serial.length <= maxSerialLength && /^[\p{L}\p{N}][\p{L}\p{N} ._:/#()+-]*$/u.test(serial)) {
    return serial
  }
  throw wrongRecord(
    `the serial must be at most ${maxSerialLength} letters and digits; is it in the right column?`,
  )
}

/** @throws {TokenFileError} `TOKEN_FILE_RECORD` for text that can't be a username. */
export function parseUsername(text: string): string {
  if (text.length <= maxUsernameLength && !/[\p{C}\s]/u.test(text)) return text
  throw wrongRecord(
    `the username has blanks or control characters, or more than ${maxUsernameLength} characters`,
  )
}

/** Encodes a secret in base32. */
export function parseSecret(octets: Uint8Array): Secret {
  if (octets.length < minOctets || octets.length > maxOctets) {
    throw wrongRecord(
      `the secret has ${octets.length} bytes; it must have ${minOctets} to ${maxOctets}`,
    )
  }
  return new Secret(new OathSecret({ buffer: Uint8Array.from(octets).buffer }).base32)
}

export function parseCounter(text: string): number {
  if (text === '') return 0
  if (/^\d{1,16}$/.test(text) && Number(text) <= maxCounter) return Number(text)
  throw wrongRecord('the counter is not an integer of at least 0')
}

export function parseStep(text: string): number {
  const [, secs = ''] = /^(\d{2,3})\s*(?:s|secs?|seconds?)?$/i.exec(text) ?? []
  if (Number(secs) >= 10 && Number(secs) <= 300) return Number(secs)
  throw wrongRecord('the time step is not one of 10 to 300 seconds; tokens have 30 or 60')
}

/** Values that must be unique among the tokens of a file. */
export function tokenNames({ kind, serial }: TokenRecord): Readonly<Record<string, string>> {
  return { [`serial of this ${kind.toUpperCase()} token`]: serial }
}
