import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { Secret as OathSecret } from 'otpauth'

export type OathAlgorithm = 'SHA1' | 'SHA256' | 'SHA512'

/** Parameters of a passcode's algorithm (RFC 4226, RFC 6238). */
export interface OathParameters {
  readonly kind: 'hotp' | 'totp'
  readonly digits: number
  readonly algorithm: OathAlgorithm
  /** TOTP only. */
  readonly stepSecs: number
}

/** HOTP codes that may be skipped between two uses, as when the button is pressed by accident. */
const lookAhead = 20
/** How many codes ahead a token can be resynchronised by three consecutive codes. */
const resyncAhead = 1000
/** Steps by which a TOTP token's clock may differ from its drift at the last use. */
const clockWindow = 1
const maxDrift = 10

/**
 * The key of a token. Codes are computed here and not by otpauth, which is too slow to compare a wrong
 * passcode with a thousand of them.
 */
export class OathKey {
  readonly #key: KeyObject

  /** @param base32 As in an otpauth:// URI. */
  constructor(base32: string) {
    this.#key = createSecretKey(Buffer.from(OathSecret.fromBase32(base32).bytes))
  }

  /** The passcode for a counter or a time step (RFC 4226 §5.3, RFC 6238 §4.2). */
  code({ algorithm, digits }: OathParameters, moment: number): string {
    const message = Buffer.alloc(8)
    message.writeBigUInt64BE(BigInt(moment))
    const code = createHmac(algorithm, this.#key).update(message).digest()
    const offset = code.readUInt8(code.length - 1) & 0xf
    const truncated = code.readUInt32BE(offset) & 0x7fffffff
    return String(truncated % 10 ** digits).padStart(digits, '0')
  }

  /** The first of the counters or time steps that the passcode is for. */
  findMoment(
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

/** Counters or time steps whose passcodes are accepted now. */
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

/** Counters whose passcodes were used or skipped recently. */
export function pastMoments({ position }: { readonly position: number }): number[] {
  return span(Math.max(0, position - lookAhead), position - 1)
}

/** Counters whose passcodes can start a resynchronisation. */
export function distantMoments({ position }: { readonly position: number }): number[] {
  return span(position + lookAhead + 1, position + resyncAhead)
}

/** By how many steps a token's clock is ahead, limited to what a real clock can drift. */
export function limitedDrift({ stepSecs }: OathParameters, step: number, now: number): number {
  const drift = step - Math.floor(now / 1000 / stepSecs)
  return Math.max(-maxDrift, Math.min(maxDrift, drift))
}

function span(first: number, last: number): number[] {
  const moments: number[] = []
  for (let moment = first; moment <= last; moment++) moments.push(moment)
  return moments
}
