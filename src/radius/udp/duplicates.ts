import type { Clock } from '../../host/clock.ts'
import type { Peer } from './access_request.ts'

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

/** A request that the server has accepted, until it is forgotten. */
export interface TakenRequest {
  /** Sent again, unchanged, for every retransmission; `undefined` while the request is in progress. */
  readonly reply: Uint8Array | undefined
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
 * An entry lives while its request is in progress, and for `replyLifeMs` after the reply. All replies
 * live equally long, so a list in the order of the replies needs no timer per entry.
 */
export class Duplicates {
  readonly #options: DuplicatesOptions
  readonly #sources = new Map<string, Source>()
  #pending = 0
  #answered = 0
  #replyOctets = 0
  #oldest: Entry | undefined
  #newest: Entry | undefined

  constructor(options: DuplicatesOptions) {
    this.#options = options
  }

  /** Requests in progress, including superseded ones. */
  get pending(): number {
    return this.#pending
  }

  /** Requests in progress and remembered replies. */
  get size(): number {
    return this.#pending + this.#answered
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
    if (known?.isOf(authenticator)) {
      return known.reply === undefined ? inProgress : { kind: 'answered', reply: known.reply }
    }
    if (known?.signed && known.reply === undefined && !signed) return unsignedConflict
    const { maxPending, maxEntries } = this.#options
    if (this.#pending >= maxPending || source.pending * 2 >= maxPending) return full
    if (known !== undefined) this.#supersede(known)
    if (this.size >= maxEntries) this.#forget(this.#oldest)
    const entry = new Entry(source, slot, authenticator, signed)
    source.slots.set(slot, entry)
    source.pending++
    this.#pending++
    this.#sources.set(peer.address, source)
    return { kind: 'new', taken: entry }
  }

  /**
   * Ends a request in progress.
   *
   * @param reply Kept for retransmissions; `undefined` if there is none, so that the next transmission
   *   counts as new.
   * @returns Whether the reply may be sent: not if another request superseded this one.
   */
  settle(taken: TakenRequest, reply: Uint8Array | undefined): boolean {
    if (!(taken instanceof Entry)) return false
    this.#pending--
    taken.source.pending--
    const current = taken.source.slots.get(taken.slot) === taken
    if (current && reply !== undefined) {
      taken.expires = this.#options.clock.now() + this.#options.replyLifeMs
      this.#append(taken, reply)
      while (this.#replyOctets > this.#options.maxReplyOctets) this.#forget(this.#oldest)
      return true
    }
    if (current) taken.source.slots.delete(taken.slot)
    this.#leaveIfEmpty(taken.source)
    return false
  }

  /** Removes expired replies. */
  forgetExpired(): void {
    const now = this.#options.clock.now()
    while (this.#oldest !== undefined && this.#oldest.expires <= now) this.#forget(this.#oldest)
  }

  /** A request in progress continues, but its reply will not be sent. */
  #supersede(entry: Entry): void {
    if (entry.reply === undefined) entry.source.slots.delete(entry.slot)
    else this.#forget(entry)
  }

  #forget(entry: Entry | undefined): void {
    if (entry === undefined) return
    if (entry.older === undefined) this.#oldest = entry.newer
    else entry.older.newer = entry.newer
    if (entry.newer === undefined) this.#newest = entry.older
    else entry.newer.older = entry.older
    this.#answered--
    this.#replyOctets -= entry.reply?.length ?? 0
    entry.source.slots.delete(entry.slot)
    this.#leaveIfEmpty(entry.source)
  }

  #append(entry: Entry, reply: Uint8Array): void {
    entry.reply = reply
    this.#replyOctets += reply.length
    entry.older = this.#newest
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
    this.#answered++
  }

  #leaveIfEmpty(source: Source): void {
    if (source.slots.size === 0 && source.pending === 0) this.#sources.delete(source.address)
  }
}

/** Requests of one source address; the key of a slot is source port and Identifier. */
class Source {
  readonly address: string
  readonly slots = new Map<number, Entry>()
  pending = 0

  constructor(address: string) {
    this.address = address
  }
}

class Entry implements TakenRequest {
  readonly source: Source
  readonly slot: number
  readonly signed: boolean
  reply: Uint8Array | undefined = undefined
  expires = 0
  /** Neighbours in the order of the replies. */
  older: Entry | undefined = undefined
  newer: Entry | undefined = undefined
  // four words, because a view would keep the whole datagram in memory
  readonly #first: number
  readonly #second: number
  readonly #third: number
  readonly #fourth: number

  constructor(source: Source, slot: number, authenticator: Uint8Array, signed: boolean) {
    this.source = source
    this.slot = slot
    this.signed = signed
    this.#first = wordAt(authenticator, 0)
    this.#second = wordAt(authenticator, 4)
    this.#third = wordAt(authenticator, 8)
    this.#fourth = wordAt(authenticator, 12)
  }

  isOf(authenticator: Uint8Array): boolean {
    return (
      this.#first === wordAt(authenticator, 0) &&
      this.#second === wordAt(authenticator, 4) &&
      this.#third === wordAt(authenticator, 8) &&
      this.#fourth === wordAt(authenticator, 12)
    )
  }
}

function wordAt(octets: Uint8Array, at: number): number {
  return (
    (octets[at] ?? 0) |
    ((octets[at + 1] ?? 0) << 8) |
    ((octets[at + 2] ?? 0) << 16) |
    ((octets[at + 3] ?? 0) << 24)
  )
}
