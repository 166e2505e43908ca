/** A source address of which `auto` requires a Message-Authenticator. */
export interface SignedSource {
  readonly address: string
  /** Name of the client entry that covers the address. */
  readonly client: string
  /** When the address was learned, in milliseconds since the epoch. */
  readonly since: number
}

/** What one more request says about its source. */
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

/** Addresses of each kind that are remembered; beyond them the oldest is forgotten. */
const maxSources = 65_536

/**
 * Learns from which source addresses `message_authenticator = auto` requires a Message-Authenticator
 * (CVE-2024-3596).
 *
 * An address is latched after `signedBeforeLatch` genuine signed requests, if no unsigned request
 * came from it before. Once it is latched, no request can undo it: an attacker on the path could
 * otherwise strip the attribute. Only an administrator can, by `clear`.
 *
 * An attacker who strips signatures from the first request on keeps an address unlatched, as with
 * every rule that trusts the first use. The known attack still fails: unsigned requests with
 * Proxy-State are dropped, and every reply begins with a Message-Authenticator. `required` closes
 * that gap.
 *
 * The key is the address alone. A NAS-Identifier tells two programs on one host apart, but nothing
 * protects it in an unsigned request: an attacker would change it together with the signature.
 */
export class SignedSources {
  readonly #latched = new Map<string, SignedSource>()
  readonly #unsigned = new Set<string>()
  /** Signed requests so far, of addresses that are not latched. */
  readonly #signed = new Map<string, number>()

  get latched(): readonly SignedSource[] {
    return [...this.#latched.values()]
  }

  isLatched(address: string): boolean {
    return this.#latched.has(address)
  }

  /** @returns What changes with this request; `undefined` for most requests. */
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

  /** Forgets every address. @returns How many were latched. */
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
