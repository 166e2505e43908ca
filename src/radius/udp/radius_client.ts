import type { Secret } from '../../host/secret.ts'
import { SharedSecret } from '../index.ts'
import { type AddressRange, addressNumber, parseAddresses } from './client_addresses.ts'

/**
 * Whether a request without Message-Authenticator is dropped (CVE-2024-3596): `required` always,
 * `off` never, `auto` from an address that has once sent a genuine one.
 */
export type MessageAuthenticatorPolicy = 'auto' | 'required' | 'off'

/** Who may ask, and how we answer him. */
export interface RadiusClientEntry {
  /** How logs call the client. */
  readonly name: string
  /** An address, a network or a range: what `parseAddresses` reads. */
  readonly addresses: string
  readonly secret: Secret
  readonly messageAuthenticator: MessageAuthenticatorPolicy
  /** `false` only for clients that drop replies which have a Message-Authenticator. */
  readonly messageAuthenticatorInReplies: boolean
}

/** A client with what is worked out once: its addresses as numbers, its secret's key schedule. */
export interface RadiusClient extends RadiusClientEntry {
  readonly range: AddressRange
  readonly shared: SharedSecret
}

/** Source addresses whose client is remembered; who forges more only makes us look them up anew. */
const maxRemembered = 10_000

/**
 * The clients of a listener. Where several match an address the most specific wins: one that names
 * this address alone, then the smallest range, and of equals the first.
 */
export class RadiusClients {
  readonly #single = new Map<bigint, RadiusClient>()
  readonly #ranges: RadiusClient[] = []
  readonly #known = new Map<string, RadiusClient>()
  /** Apart from the known ones, so that a flood of forged sources does not push those out. */
  readonly #strangers = new Set<string>()

  private constructor(entries: readonly RadiusClientEntry[]) {
    for (const entry of entries) {
      const range = parseAddresses(entry.addresses)
      const client = { ...entry, range, shared: new SharedSecret(entry.secret.reveal()) }
      if (size(range) > 0n) this.#ranges.push(client)
      else if (!this.#single.has(range.first)) this.#single.set(range.first, client)
    }
    this.#ranges.sort((one, other) => compare(size(one.range), size(other.range)))
  }

  /**
   * @throws {AddressError} where an entry's addresses can't be read.
   * @throws {RadiusError} `RADIUS_EMPTY_SECRET`.
   */
  static of(entries: readonly RadiusClientEntry[]): RadiusClients {
    return new RadiusClients(entries)
  }

  /** The client that sends from this source address; `undefined` where nobody may. */
  find(address: string): RadiusClient | undefined {
    const known = this.#known.get(address)
    if (known !== undefined || this.#strangers.has(address)) return known
    const found = this.#lookUp(addressNumber(address))
    if (found === undefined) {
      if (this.#strangers.size >= maxRemembered) this.#strangers.clear()
      this.#strangers.add(address)
    } else {
      if (this.#known.size >= maxRemembered) this.#known.clear()
      this.#known.set(address, found)
    }
    return found
  }

  #lookUp(number: bigint): RadiusClient | undefined {
    return (
      this.#single.get(number) ??
      this.#ranges.find(({ range }) => range.first <= number && number <= range.last)
    )
  }
}

function size({ first, last }: AddressRange): bigint {
  return last - first
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0
}
