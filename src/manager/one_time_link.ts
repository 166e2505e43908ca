import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../host/clock.ts'
import { Secret } from '../host/secret.ts'

const tokenOctets = 32
/** How long a link is valid, in minutes. */
export const linkMinutes = 10

export type LinkRefusal = 'used' | 'expired' | 'unknown'

/** The link that opens the Manager: valid once, for `linkMinutes`, until a newer one is created. */
export class OneTimeLink {
  readonly #clock: Clock
  #hash: Buffer | undefined
  #createdAt = 0
  /** Hash of the last token that was consumed, so that a second use can be explained. */
  #used: Buffer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Creates a token of 256 bits; earlier ones become invalid. */
  create(): Secret {
    const token = randomBytes(tokenOctets).toString('base64url')
    this.#hash = hash(token)
    this.#createdAt = this.#clock.now()
    return new Secret(token)
  }

  /** Consumes the token. @returns Why it is refused; `undefined` if it was valid. */
  consume(token: string): LinkRefusal | undefined {
    const given = hash(token)
    if (this.#hash === undefined || !timingSafeEqual(given, this.#hash)) {
      const wasUsed = this.#used !== undefined && timingSafeEqual(given, this.#used)
      return wasUsed ? 'used' : 'unknown'
    }
    this.#hash = undefined
    if (this.#clock.now() - this.#createdAt > linkMinutes * 60_000) return 'expired'
    this.#used = given
    return undefined
  }
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
