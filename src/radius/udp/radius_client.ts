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

/** A client with all that is worked out once: its addresses as numbers, its secret's key schedule. */
export interface RadiusClient extends RadiusClientEntry {
  readonly range: AddressRange
  readonly shared: SharedSecret
}

/** Source addresses whose client is remembered; an attacker who forges more only empties it. */
const mostRemembered = 10_000

/**
 * The clients of a listener. Where several match an address the most specific wins: the smallest
 * range, and of equals the first.
 */
export class RadiusClients {
  readonly #bySize: readonly RadiusClient[]
  readonly #remembered = new Map<string, RadiusClient>()

  private constructor(entries: readonly RadiusClientEntry[]) {
    this.#bySize = entries
      .map((entry) => ({
        ...entry,
        range: parseAddresses(entry.addresses),
        shared: new SharedSecret(entry.secret.reveal()),
      }))
      .sort((one, other) => compare(size(one.range), size(other.range)))
  }

  /** @throws {AddressError} where an entry's addresses can't be read. */
  static of(entries: readonly RadiusClientEntry[]): RadiusClients {
    return new RadiusClients(entries)
  }

  /** The client that sends from this source address; `undefined` where nobody may. */
  find(address: string): RadiusClient | undefined {
    const remembered = this.#remembered.get(address)
    if (remembered !== undefined) return remembered
    const number = addressNumber(withoutZone(address))
    const found = this.#bySize.find(({ range }) => range.first <= number && number <= range.last)
    if (found !== undefined) {
      if (this.#remembered.size >= mostRemembered) this.#remembered.clear()
      this.#remembered.set(address, found)
    }
    return found
  }
}

function size({ first, last }: AddressRange): bigint {
  return last - first
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function withoutZone(address: string): string {
  const zone = address.indexOf('%')
  return zone < 0 ? address : address.slice(0, zone)
}
