import type { Clock } from '../../host/clock.ts'
import type { Peer } from './access_request.ts'

/** What is remembered of all sources: bounds of memory and of time. */
export interface DuplicatesOptions {
  readonly clock: Clock
  /** How long an answered request is remembered (RFC 5080 §2.2.2: 5 to 30 s). */
  readonly replyLifeMs: number
  /** Requests remembered at most; to keep it, the reply that is oldest is forgotten early. */
  readonly maxEntries: number
  /** Octets of replies remembered at most, all together; kept in the same way. */
  readonly maxReplyOctets: number
  /** Requests in progress at most; half as many from one source address. */
  readonly maxPending: number
}

/** A request that was taken up, from its arrival until it is forgotten. */
export interface TakenRequest {
  /** The reply's octets once there are some; the very same ones are sent again. */
  readonly reply: Uint8Array | undefined
}

export type Intake =
  | { readonly kind: 'new'; readonly taken: TakenRequest }
  | { readonly kind: 'in-progress' }
  | { readonly kind: 'answered'; readonly reply: Uint8Array }
  | { readonly kind: 'full' }

const inProgress = { kind: 'in-progress' } as const
const full = { kind: 'full' } as const

/**
 * The memory of requests by which a retransmission is told from a new request (RFC 5080 §2.2.2): it
 * has the same source address, source port, Identifier and Request Authenticator.
 *
 * An entry lives while its request is in progress, and a while after the reply. All replies live
 * equally long, so that a list in the order of the answers does without a timer for each.
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

  /** Requests in progress, also those whose Identifier another one has taken. */
  get pending(): number {
    return this.#pending
  }

  /** Requests remembered now, in progress and answered. */
  get size(): number {
    return this.#pending + this.#answered
  }

  /** Source addresses of which there is a request. */
  get sources(): number {
    return this.#sources.size
  }

  /** Tells whether a request that is genuine is new; if so, `settle` must follow. */
  take(peer: Peer, identifier: number, authenticator: Uint8Array): Intake {
    this.forgetExpired()
    const source = this.#sources.get(peer.address) ?? new Source(peer.address)
    const slot = (peer.port << 8) | identifier
    const known = source.slots.get(slot)
    if (known?.isOf(authenticator)) {
      return known.reply === undefined ? inProgress : { kind: 'answered', reply: known.reply }
    }
    const { maxPending, maxEntries } = this.#options
    if (this.#pending >= maxPending || source.pending * 2 >= maxPending) return full
    if (known !== undefined) this.#supersede(known)
    if (this.size >= maxEntries) this.#forget(this.#oldest)
    const entry = new Entry(source, slot, authenticator)
    source.slots.set(slot, entry)
    source.pending++
    this.#pending++
    this.#sources.set(peer.address, source)
    return { kind: 'new', taken: entry }
  }

  /**
   * Ends a request's progress.
   *
   * @param reply Kept for those who ask again; `undefined` where there is none, so that the next
   *   transmission counts as new.
   * @returns Whether it may be sent: not where another request has taken its Identifier meanwhile.
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

  /** Forgets the replies whose time is over. */
  forgetExpired(): void {
    const now = this.#options.clock.now()
    while (this.#oldest !== undefined && this.#oldest.expires <= now) this.#forget(this.#oldest)
  }

  /** One in progress goes on, but what it comes to is not sent any more; an answered one is forgotten. */
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

/** The requests of one source address, by source port and Identifier. */
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
  reply: Uint8Array | undefined = undefined
  expires = 0
  /** Neighbours in the order of the answers. */
  older: Entry | undefined = undefined
  newer: Entry | undefined = undefined
  // as words, since a view of the datagram would keep all of it
  readonly #first: number
  readonly #second: number
  readonly #third: number
  readonly #fourth: number

  constructor(source: Source, slot: number, authenticator: Uint8Array) {
    this.source = source
    this.slot = slot
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
