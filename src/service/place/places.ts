import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { GeoipDatabase } from './geoip_database.ts'

/** A network of the organisation, with the name that its users know. */
export interface NamedNetwork {
  /** `203.0.113.0/24`, or a single address. */
  readonly network: string
  readonly name: string
}

export interface PlacesOptions {
  readonly networks: readonly NamedNetwork[]
  /** Path of a file in MaxMind's format. */
  readonly geoipDatabase: string | undefined
}

type Cidr = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Describes the location of an address, so that users recognise their own sign-ins. */
export class Places {
  readonly #networks: readonly { readonly cidr: Cidr; readonly name: string }[]
  readonly #database: GeoipDatabase | undefined

  private constructor(networks: readonly NamedNetwork[], database: GeoipDatabase | undefined) {
    this.#networks = networks
      .map(({ network, name }) => ({ cidr: parseCidr(network), name }))
      // the smallest network that contains the address is the most precise
      .toSorted((one, other) => other.cidr[1] - one.cidr[1])
    this.#database = database
  }

  /** @throws {GeoipDatabaseError} */
  static open({ networks, geoipDatabase: file }: PlacesOptions): Places {
    return new Places(networks, file === undefined ? undefined : GeoipDatabase.open(file))
  }

  /**
   * Reads the database again if it was replaced.
   *
   * @throws {GeoipDatabaseError} The previous database stays in use.
   */
  refresh(): void {
    this.#database?.refresh()
  }

  /**
   * @param address As a client sent it: it may be anything.
   * @returns Such as `Berlin, Germany`; empty if nothing is known.
   */
  lookUp(address: string): string {
    if (isIP(address) === 0) return ''
    const parsed = ipaddr.process(address.replace(/%.*$/, ''))
    const own = this.#networks.find(
      ({ cidr: [network, bits] }) =>
        network.kind() === parsed.kind() && parsed.match(network, bits),
    )
    return own?.name ?? this.#database?.placeOf(parsed.toString()) ?? ''
  }
}

function parseCidr(network: string): Cidr {
  if (network.includes('/')) return ipaddr.parseCIDR(network)
  const address = ipaddr.parse(network)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}
