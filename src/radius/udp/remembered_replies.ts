import { authenticatorOctets } from '../framing.ts'

/** Most replies fit into so many octets; longer ones are kept apart. */
const cellOctets = 128
const initialCapacity = 256
/** Stands for no neighbour. */
const none = -1

/**
 * Replies, the oldest first, with what identifies their requests. A reply has a number until it is removed.
 *
 * They are kept in a few large arrays: as objects, thousands a second would outlive V8's young generation, and
 * each collection of the old one stops the process for 10 ms or more.
 */
export class RememberedReplies<Owner> {
  #capacity = 0
  #owners: (Owner | undefined)[] = []
  #slots = new Int32Array(0)
  #expires = new Float64Array(0)
  #lengths = new Int32Array(0)
  /** Neighbours in the order of the replies; `#newer` also lists the free numbers. */
  #older = new Int32Array(0)
  #newer = new Int32Array(0)
  #authenticators = new Uint8Array(0)
  #cells = new Uint8Array(0)
  readonly #long = new Map<number, Uint8Array>()
  #oldest = none
  #newest = none
  #free = none
  #size = 0
  #octets = 0

  get size(): number {
    return this.#size
  }

  /** The octets of all replies together. */
  get octets(): number {
    return this.#octets
  }

  /** The number of the oldest reply; `undefined` if there is none. */
  get oldest(): number | undefined {
    return this.#oldest === none ? undefined : this.#oldest
  }

  /**
   * @param expires By the clock of the caller.
   * @returns The number of the reply.
   */
  add(
    { owner, slot }: { readonly owner: Owner; readonly slot: number },
    authenticator: Uint8Array,
    reply: Uint8Array,
    expires: number,
  ): number {
    if (this.#free === none) this.#grow()
    const number = this.#free
    this.#free = this.#newer[number] ?? none
    this.#owners[number] = owner
    this.#slots[number] = slot
    this.#expires[number] = expires
    this.#authenticators.set(authenticator, number * authenticatorOctets)
    this.#lengths[number] = reply.length
    if (reply.length > cellOctets) this.#long.set(number, reply)
    else this.#cells.set(reply, number * cellOctets)
    this.#older[number] = this.#newest
    this.#newer[number] = none
    if (this.#newest === none) this.#oldest = number
    else this.#newer[this.#newest] = number
    this.#newest = number
    this.#size++
    this.#octets += reply.length
    return number
  }

  remove(number: number): void {
    const older = this.#older[number] ?? none
    const newer = this.#newer[number] ?? none
    if (older === none) this.#oldest = newer
    else this.#newer[older] = newer
    if (newer === none) this.#newest = older
    else this.#older[newer] = older
    this.#size--
    this.#octets -= this.#lengths[number] ?? 0
    this.#owners[number] = undefined
    if (this.#long.size > 0) this.#long.delete(number)
    this.#newer[number] = this.#free
    this.#free = number
  }

  /** The octets stay as they are after `remove`, which frees their cell for another reply. */
  reply(number: number): Uint8Array {
    const start = number * cellOctets
    const long = this.#long.get(number)
    return long ?? this.#cells.slice(start, start + (this.#lengths[number] ?? 0))
  }

  owner(number: number): Owner | undefined {
    return this.#owners[number]
  }

  slot(number: number): number {
    return this.#slots[number] ?? 0
  }

  expires(number: number): number {
    return this.#expires[number] ?? 0
  }

  hasAuthenticator(number: number, authenticator: Uint8Array): boolean {
    const start = number * authenticatorOctets
    for (let at = 0; at < authenticatorOctets; at++) {
      if (this.#authenticators[start + at] !== authenticator[at]) return false
    }
    return true
  }

  #grow(): void {
    const before = this.#capacity
    const capacity = Math.max(initialCapacity, before * 2)
    this.#slots = enlarged(this.#slots, new Int32Array(capacity))
    this.#expires = enlarged(this.#expires, new Float64Array(capacity))
    this.#lengths = enlarged(this.#lengths, new Int32Array(capacity))
    this.#older = enlarged(this.#older, new Int32Array(capacity))
    this.#newer = enlarged(this.#newer, new Int32Array(capacity))
    this.#authenticators = enlarged(
      this.#authenticators,
      new Uint8Array(capacity * authenticatorOctets),
    )
    this.#cells = enlarged(this.#cells, new Uint8Array(capacity * cellOctets))
    for (let number = capacity - 1; number >= before; number--) {
      this.#owners[number] = undefined
      this.#newer[number] = this.#free
      this.#free = number
    }
    this.#capacity = capacity
  }
}

function enlarged<Numbers extends Int32Array | Float64Array | Uint8Array>(
  before: Numbers,
  larger: Numbers,
): Numbers {
  larger.set(before)
  return larger
}
