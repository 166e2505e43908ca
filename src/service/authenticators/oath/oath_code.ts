import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { Secret as OathSecret } from 'otpauth'

export type OathAlgorithm = 'SHA1' | 'SHA256' | 'SHA512'

/** What a passcode is made from (RFC 4226, RFC 6238). */
export interface OathParameters {
  readonly kind: 'hotp' | 'totp'
  readonly digits: number
  readonly algorithm: OathAlgorithm
  /** TOTP only. */
  readonly stepSecs: number
}

/** HOTP codes that may be skipped between two uses, as by a button pressed in a pocket. */
const lookAhead = 20
/** How far a token may have run ahead that is brought back by three codes in a row. */
const resyncAhead = 1000
/** Steps that a TOTP token's clock may be off from what it was at its last use. */
const clockWindow = 1
const largestDrift = 10

/**
 * The key to a token's codes. They are computed here and not by otpauth, since a wrong passcode is
 * compared with a thousand of them.
 */
export class OathKey {
  readonly #key: KeyObject

  /** @param base32 As it stands in an otpauth:// URI. */
  constructor(base32: string) {
    this.#key = createSecretKey(Buffer.from(OathSecret.fromBase32(base32).bytes))
  }

  /** The passcode for a counter, or for a step of time (RFC 4226 §5.3, RFC 6238 §4.2). */
  code({ algorithm, digits }: OathParameters, moment: number): string {
    const message = Buffer.alloc(8)
    message.writeBigUInt64BE(BigInt(moment))
    const code = createHmac(algorithm, this.#key).update(message).digest()
    const offset = code.readUInt8(code.length - 1) & 0xf
    const truncated = code.readUInt32BE(offset) & 0x7fffffff
    return String(truncated % 10 ** digits).padStart(digits, '0')
  }

  /** The first of the moments that the passcode is for. */
  momentOf(
    parameters: OathParameters,
    passcode: string,
    moments: Iterable<number>,
  ): number | undefined {
    const typed = Buffer.from(passcode)
    for (const moment of moments) {
      const code = Buffer.from(this.code(parameters, moment))
      if (code.length === typed.length && timingSafeEqual(code, typed)) return moment
    }
    return undefined
  }
}

/** Counters or steps at which a passcode is taken now. */
export function acceptableMoments(
  { kind, stepSecs }: OathParameters,
  { position, drift }: { readonly position: number; readonly drift: number },
  now: number,
): number[] {
  if (kind === 'hotp') return span(position, position + lookAhead)
  const step = Math.floor(now / 1000 / stepSecs)
  const near = span(step + drift - clockWindow, step + drift + clockWindow)
  return [...new Set([...near, ...span(step - clockWindow, step + clockWindow)])]
}

/** Counters whose passcodes have been used, or skipped, lately. */
export function pastMoments({ position }: { readonly position: number }): number[] {
  return span(Math.max(0, position - lookAhead), position - 1)
}

/** Counters at which a passcode may be the first of a resynchronisation. */
export function distantMoments({ position }: { readonly position: number }): number[] {
  return span(position + lookAhead + 1, position + resyncAhead)
}

/** How far ahead a token's clock is, as far as that is believed. */
export function maxDrift({ stepSecs }: OathParameters, step: number, now: number): number {
  const drift = step - Math.floor(now / 1000 / stepSecs)
  return Math.max(-largestDrift, Math.min(largestDrift, drift))
}

function span(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}
