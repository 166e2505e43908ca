/** A source address from which `auto` requires a Message-Authenticator. */
export interface SignedSource {
  readonly address: string
  /** Name of the client entry that covers the address. */
  readonly client: string
  /** When the address was learned, in milliseconds since the epoch. */
  readonly since: number
}

/** What a request changes for its source. */
export type SourceChange =
  /** From now on `auto` requires a Message-Authenticator from this address. */
  | 'latched'
  /** The address sends both kinds of requests; `auto` never requires one from it. */
  | 'mixed'

/**
 * Signed requests that an address must send before `auto` requires signatures from it. One test with
 * `radclient` must not silence an unsigned appliance behind the same address.
 */
export const signedBeforeLatch = 20

/** Limit of remembered addresses per kind; the oldest is evicted. */
const maxSources = 65_536

/**
 * Learns from which source addresses `message_authenticator = auto` requires a Message-Authenticator
 * (CVE-2024-3596).
 *
 * An address is latched after `signedBeforeLatch` signed requests, if it has sent no unsigned one
 * before. No later request can undo this, because an attacker in the network path could remove the
 * attribute. An administrator can, by `clear`.
 *
 * An attacker who removes the attribute from the first request on prevents the latch, as with every
 * rule of trust on first use. The known attack still fails: unsigned requests with Proxy-State are
 * dropped, and every reply begins with a Message-Authenticator. `required` closes the gap.
 *
 * The key is the address alone. NAS-Identifier would distinguish programs on one host, but nothing
 * protects it in an unsigned request.
 */
export class SignedSources {
  readonly #latched = new Map<string, SignedSource>()
  readonly #unsigned = new Set<string>()
  /** Signed requests of each address that is not latched. */
  readonly #signed = new Map<string, number>()

  get latched(): readonly SignedSource[] {
    return [...this.#latched.values()]
  }

  isLatched(address: string): boolean {
    return this.#latched.has(address)
  }

  get latchedCount(): number {
    return this.#latched.size
  }

  /** Latches an address that another process has latched, unless it has sent an unsigned request here. */
  adopt(source: SignedSource): void {
    const { address } = source
    if (this.#latched.has(address) || this.#unsigned.has(address)) return
    this.#signed.delete(address)
    makeRoom(this.#latched)
    this.#latched.set(address, source)
  }

  /** @returns `undefined` if nothing changes, as for most requests. */
  addSigned(address: string, client: string, now: number): SourceChange | undefined {
    if (this.#latched.has(address)) return undefined
    const before = this.#signed.get(address) ?? 0
    const count = Math.min(before + 1, signedBeforeLatch)
    makeRoom(this.#signed)
    this.#signed.set(address, count)
    if (this.#unsigned.has(address)) return before === 0 ? 'mixed' : undefined
    if (count < signedBeforeLatch) return undefined
    this.#signed.delete(address)
    makeRoom(this.#latched)
    this.#latched.set(address, { address, client, since: now })
    return 'latched'
  }

  /** @returns `mixed` for the first unsigned request from an address that has signed before. */
  addUnsigned(address: string): SourceChange | undefined {
    if (this.#unsigned.has(address)) return undefined
    makeRoom(this.#unsigned)
    this.#unsigned.add(address)
    return this.#signed.has(address) ? 'mixed' : undefined
  }

  /** Forgets every address. @returns The number of latched ones. */
  clear(): number {
    const { size } = this.#latched
    this.#latched.clear()
    this.#unsigned.clear()
    this.#signed.clear()
    return size
  }
}

function makeRoom(addresses: Map<string, unknown> | Set<string>): void {
  if (addresses.size < maxSources) return
  for (const oldest of addresses.keys()) {
    addresses.delete(oldest)
    return
  }
}
