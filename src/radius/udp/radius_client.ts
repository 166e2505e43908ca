import type { Secret } from '../../host/secret.ts'
import { SharedSecret } from '../index.ts'
import { type AddressRange, addressNumber, parseAddresses } from './client_addresses.ts'

/**
 * Whether a request without Message-Authenticator is dropped (CVE-2024-3596): `required` always, `off`
 * never, `auto` if its address has always sent one (see `SignedSources`).
 */
export type MessageAuthenticatorPolicy = 'auto' | 'required' | 'off'

/** Addresses that may send requests, their secret, and how they are answered. */
export interface RadiusClientEntry {
  /** The client's name in logs. */
  readonly name: string
  /** An address, a network or a range, for `parseAddresses`. */
  readonly addresses: string
  readonly secret: Secret
  /** Also accepted, while the secret is being replaced; replies use the one of the request. */
  readonly previousSecret?: Secret | undefined
  readonly messageAuthenticator: MessageAuthenticatorPolicy
  /** `false` only for clients that drop replies with a Message-Authenticator. */
  readonly messageAuthenticatorInReplies: boolean
}

/** A client with its parsed addresses and its secret's key schedule. */
export interface RadiusClient extends RadiusClientEntry {
  readonly range: AddressRange
  readonly shared: SharedSecret
  readonly previous: SharedSecret | undefined
  /** Decodes passwords, and throws if the octets are no text. */
  readonly decoder: PasswordDecoder
}

export interface PasswordDecoder {
  decode(octets: Uint8Array): string
}

/** Limit of source addresses in the lookup cache; more spoofed ones only cost further lookups. */
const maxRemembered = 10_000

/**
 * The clients of a listener. If several match an address, the most specific one wins: a single
 * address, then the smallest range; of equal ranges the first.
 */
export class RadiusClients {
  readonly #single = new Map<bigint, RadiusClient>()
  readonly #ranges: RadiusClient[] = []
  readonly #known = new Map<string, RadiusClient>()
  /** Separate from the known ones, so that a flood of spoofed sources does not evict those. */
  readonly #unknown = new Set<string>()

  private constructor(entries: readonly RadiusClientEntry[], passwordEncoding: string) {
    const decoder = new TextDecoder(passwordEncoding, { fatal: true })
    for (const entry of entries) {
      const range = parseAddresses(entry.addresses)
      const shared = new SharedSecret(entry.secret.reveal())
      const previous =
        entry.previousSecret === undefined
          ? undefined
          : new SharedSecret(entry.previousSecret.reveal())
      const client = { ...entry, range, shared, previous, decoder }
      if (size(range) > 0n) this.#ranges.push(client)
      else if (!this.#single.has(range.first)) this.#single.set(range.first, client)
    }
    this.#ranges.sort((one, other) => compare(size(one.range), size(other.range)))
  }

  /**
   * @param passwordEncoding Of passwords, as TextDecoder takes it.
   * @throws {AddressError} if an entry's addresses can't be parsed.
   * @throws {RadiusError} `RADIUS_EMPTY_SECRET`.
   * @throws {RangeError} if the encoding is unknown.
   */
  static of(entries: readonly RadiusClientEntry[], passwordEncoding = 'utf-8'): RadiusClients {
    return new RadiusClients(entries, passwordEncoding)
  }

  /** The client with this source address; `undefined` if there is none. */
  find(address: string): RadiusClient | undefined {
    const known = this.#known.get(address)
    if (known !== undefined || this.#unknown.has(address)) return known
    const found = this.#lookUp(addressNumber(address))
    if (found === undefined) {
      if (this.#unknown.size >= maxRemembered) this.#unknown.clear()
      this.#unknown.add(address)
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
