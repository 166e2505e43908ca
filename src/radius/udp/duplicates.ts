import type { Clock } from '../../host/clock.ts'

/** A request that was taken up, for as long as the same one may come again. */
export interface Pending {
  /** Request Authenticator, as text to compare by. */
  readonly authenticator: string
  /** The reply's octets once there are some; the very same ones are sent again (RFC 5080 §2.2.2). */
  reply: Uint8Array | undefined
  /** Another request has taken this one's identifier: its answer is not sent any more. */
  superseded: boolean
}

export type Intake =
  | { readonly kind: 'new'; readonly entry: Pending }
  | { readonly kind: 'in-progress' }
  | { readonly kind: 'answered'; readonly reply: Uint8Array }
  | { readonly kind: 'full' }

/**
 * The memory of requests by which a retransmission is told from a new one (RFC 5080 §2.2.2): the
 * same source address, source port, Identifier and Request Authenticator.
 *
 * An entry lives while its request is in progress, and `replyLifeMs` after the reply. There are at
 * most `mostEntries`: beyond them new requests are not taken up, since forgetting one that is in
 * progress would start a second push.
 */
export class Duplicates {
  readonly #entries = new Map<string, Pending>()
  /** Answered entries, oldest first; all live equally long, so no timer is needed for each. */
  readonly #answered: {
    readonly key: string
    readonly entry: Pending
    readonly expires: number
  }[] = []
  readonly #clock: Clock
  readonly #replyLifeMs: number
  readonly #mostEntries: number
  #oldest = 0

  constructor(clock: Clock, replyLifeMs: number, mostEntries: number) {
    this.#clock = clock
    this.#replyLifeMs = replyLifeMs
    this.#mostEntries = mostEntries
  }

  /** Requests remembered now, in progress and answered. */
  get size(): number {
    return this.#entries.size
  }

  /** @param key Source address, source port and Identifier. */
  take(key: string, authenticator: string): Intake {
    this.#forgetExpired()
    const known = this.#entries.get(key)
    if (known !== undefined) {
      if (known.authenticator === authenticator) {
        return known.reply === undefined
          ? { kind: 'in-progress' }
          : { kind: 'answered', reply: known.reply }
      }
      known.superseded = true
    } else if (this.#entries.size >= this.#mostEntries) {
      return { kind: 'full' }
    }
    const entry = { authenticator, reply: undefined, superseded: false }
    this.#entries.set(key, entry)
    return { kind: 'new', entry }
  }

  /** Keeps a reply for those who ask again. */
  answered(key: string, entry: Pending, reply: Uint8Array): void {
    entry.reply = reply
    this.#answered.push({ key, entry, expires: this.#clock.now() + this.#replyLifeMs })
  }

  #forgetExpired(): void {
    const now = this.#clock.now()
    for (;;) {
      const first = this.#answered[this.#oldest]
      if (first === undefined || first.expires > now) break
      if (this.#entries.get(first.key) === first.entry) this.#entries.delete(first.key)
      this.#oldest++
    }
    // the front of the array is given back now and then: shifting it each time would cost its length
    if (this.#oldest > 1024 && this.#oldest * 2 > this.#answered.length) {
      this.#answered.splice(0, this.#oldest)
      this.#oldest = 0
    }
  }
}
