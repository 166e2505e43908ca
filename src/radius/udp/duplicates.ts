import type { Clock } from '../../host/clock.ts'
import type { Peer } from './access_request.ts'
import { RememberedReplies } from './remembered_replies.ts'

/** Limits of the memory, over all sources. */
export interface DuplicatesOptions {
  readonly clock: Clock
  /** How long an answered request is remembered (RFC 5080 §2.2.2: 5 to 30 s). */
  readonly replyLifeMs: number
  /** Requests remembered at most; the oldest reply is evicted to keep this limit. */
  readonly maxEntries: number
  /** Total size of all remembered replies, in octets; kept in the same way. */
  readonly maxReplyOctets: number
  /** Requests in progress at most; half as many from one source address. */
  readonly maxPending: number
}

export type Intake =
  | { readonly kind: 'new'; readonly taken: TakenRequest }
  | { readonly kind: 'in-progress' }
  | { readonly kind: 'answered'; readonly reply: Uint8Array }
  /** An unsigned request that would supersede a signed one in progress: probably spoofed. */
  | { readonly kind: 'unsigned-conflict' }
  | { readonly kind: 'full' }

const inProgress = { kind: 'in-progress' } as const
const unsignedConflict = { kind: 'unsigned-conflict' } as const
const full = { kind: 'full' } as const

/**
 * Detects retransmissions (RFC 5080 §2.2.2): requests with the same source address, source port,
 * Identifier and Request Authenticator as an earlier one.
 *
 * A request is known while it is in progress, and for `replyLifeMs` after the reply. All replies live
 * equally long, so a list in the order of the replies needs no timer per reply.
 */
export class Duplicates {
  readonly #options: DuplicatesOptions
  readonly #sources = new Map<string, Source>()
  readonly #replies = new RememberedReplies<Source>()
  #pending = 0

  constructor(options: DuplicatesOptions) {
    this.#options = options
  }

  /** Requests in progress, including superseded ones. */
  get pending(): number {
    return this.#pending
  }

  /** Requests in progress and remembered replies. */
  get size(): number {
    return this.#pending + this.#replies.size
  }

  /** Source addresses with at least one request. */
  get sources(): number {
    return this.#sources.size
  }

  /**
   * Looks up an authentic request. `settle` must follow if it is new.
   *
   * @param signed Whether a Message-Authenticator proves where the request comes from. Anyone can spoof
   *   an unsigned request, so it can't supersede a signed one in progress.
   */
  take(
    peer: Peer,
    identifier: number,
    authenticator: Uint8Array,
    { signed }: { readonly signed: boolean },
  ): Intake {
    this.forgetExpired()
    const source = this.#sources.get(peer.address) ?? new Source(peer.address)
    const slot = (peer.port << 8) | identifier
    const known = source.slots.get(slot)
    if (known instanceof TakenRequest) {
      if (known.isOf(authenticator)) return inProgress
      if (known.signed && !signed) return unsignedConflict
    } else if (known !== undefined && this.#replies.hasAuthenticator(known, authenticator)) {
      return { kind: 'answered', reply: this.#replies.reply(known) }
    }
    const { maxPending, maxEntries } = this.#options
    if (this.#pending >= maxPending || source.pending * 2 >= maxPending) return full
    // a superseded request in progress continues, but its reply will not be sent
    if (typeof known === 'number') this.#replies.remove(known)
    if (this.size >= maxEntries) this.#forgetOldest()
    const taken = new TakenRequest(source, slot, authenticator, signed)
    source.slots.set(slot, taken)
    source.pending++
    this.#pending++
    this.#sources.set(peer.address, source)
    return { kind: 'new', taken }
  }

  /**
   * Ends a request in progress.
   *
   * @param reply Kept for retransmissions; `undefined` if there is none, so that the next transmission
   *   counts as new.
   * @returns Whether the reply may be sent: not if another request superseded this one.
   */
  settle(taken: TakenRequest, reply: Uint8Array | undefined): boolean {
    const { source, slot } = taken
    this.#pending--
    source.pending--
    const current = source.slots.get(slot) === taken
    if (current && reply !== undefined) {
      const expires = this.#options.clock.now() + this.#options.replyLifeMs
      const number = this.#replies.add({ owner: source, slot }, taken.authenticator, reply, expires)
      source.slots.set(slot, number)
      while (this.#replies.octets > this.#options.maxReplyOctets) this.#forgetOldest()
      return true
    }
    if (current) source.slots.delete(slot)
    this.#leaveIfEmpty(source)
    return false
  }

  /** Removes expired replies. */
  forgetExpired(): void {
    const now = this.#options.clock.now()
    for (;;) {
      const { oldest } = this.#replies
      if (oldest === undefined || this.#replies.expires(oldest) > now) return
      this.#forgetOldest()
    }
  }

  #forgetOldest(): void {
    const { oldest } = this.#replies
    if (oldest === undefined) return
    const source = this.#replies.owner(oldest)
    const slot = this.#replies.slot(oldest)
    this.#replies.remove(oldest)
    if (source === undefined) return
    source.slots.delete(slot)
    this.#leaveIfEmpty(source)
  }

  #leaveIfEmpty(source: Source): void {
    if (source.slots.size === 0 && source.pending === 0) this.#sources.delete(source.address)
  }
}

/** Requests of one source address; the key of a slot is source port and Identifier. */
class Source {
  readonly address: string
  /** A request in progress, or the number of a reply. */
  readonly slots = new Map<number, TakenRequest | number>()
  pending = 0

  constructor(address: string) {
    this.address = address
  }
}

/** A request in progress. */
export class TakenRequest {
  readonly source: Source
  readonly slot: number
  readonly signed: boolean
  /** A copy, because a view would keep the whole datagram in memory. */
  readonly authenticator: Uint8Array

  constructor(source: Source, slot: number, authenticator: Uint8Array, signed: boolean) {
    this.source = source
    this.slot = slot
    this.signed = signed
    this.authenticator = new Uint8Array(authenticator)
  }

  isOf(authenticator: Uint8Array): boolean {
    return this.authenticator.every((octet, index) => octet === authenticator[index])
  }
}
