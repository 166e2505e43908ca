import ipaddr from 'ipaddr.js'

/** The section `authorized_networks` of the vendor's policy JSON. */
export interface AuthorizedNetworks {
  readonly no_2fa_required: {
    readonly ip_list: readonly string[]
    /** Whether only enrolled users skip the second factor there. */
    readonly require_enrollment: boolean
  }
  readonly mfa_required: { readonly ip_list: readonly string[] }
  readonly blocked: { readonly ip_list: readonly string[] }
  /** Denies every address that no list has, and requests without one. */
  readonly deny_other_access: boolean
}

/** What the section says of an address. */
export type NetworkRule = 'blocked' | 'mfa required' | 'no 2fa required' | 'other denied' | 'other'

/**
 * Evaluates a client address. If several lists have it, the strictest applies: blocked, then
 * MFA required, then no 2FA required.
 *
 * @param address As the client sent it; text that is no address is in no list.
 */
export function networkRule(address: string, networks: AuthorizedNetworks): NetworkRule {
  const isIn = ({ ip_list }: { readonly ip_list: readonly string[] }): boolean =>
    isInNetworks(address, ip_list)
  if (isIn(networks.blocked)) return 'blocked'
  if (isIn(networks.mfa_required)) return 'mfa required'
  if (isIn(networks.no_2fa_required)) return 'no 2fa required'
  return networks.deny_other_access ? 'other denied' : 'other'
}

/** Whether one of the networks has an address; text that is no address is in none. */
export function isInNetworks(address: string, networks: readonly string[]): boolean {
  if (networks.length === 0) return false
  const parsed = parseAddress(address)
  return parsed !== undefined && networks.some((network) => contains(network, parsed))
}

/** Whether a text is an address, a network such as `192.0.2.0/24`, or a range `192.0.2.1-192.0.2.9`. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

interface Network {
  readonly first: Address
  readonly last: Address
}

function contains(text: string, address: Address): boolean {
  const network = parseNetwork(text)
  if (network === undefined) return false
  const { first, last } = network
  return (
    first.kind() === address.kind() && compare(first, address) <= 0 && compare(address, last) <= 0
  )
}

function parseNetwork(text: string): Network | undefined {
  if (text.includes('/')) return parseCidr(text.trim())
  const ends = text.split('-').map((end) => parseAddress(end.trim()))
  if (ends.length > 2) return undefined
  const [first, last = first] = ends
  if (first === undefined || last === undefined || ends.includes(undefined)) return undefined
  return first.kind() === last.kind() && compare(first, last) <= 0 ? { first, last } : undefined
}

function parseCidr(text: string): Network | undefined {
  if (!ipaddr.isValidCIDR(text)) return undefined
  const [base] = ipaddr.parseCIDR(text)
  if (base instanceof ipaddr.IPv6) {
    // addresses in this notation are compared as IPv4, so such a network would match none
    if (base.isIPv4MappedAddress()) return undefined
    const first = ipaddr.IPv6.networkAddressFromCIDR(text)
    return { first, last: ipaddr.IPv6.broadcastAddressFromCIDR(text) }
  }
  if (!ipaddr.IPv4.isValidFourPartDecimal(text.split('/')[0] ?? '')) return undefined
  const first = ipaddr.IPv4.networkAddressFromCIDR(text)
  return { first, last: ipaddr.IPv4.broadcastAddressFromCIDR(text) }
}

/** Whether a text is one address. */
export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined
}

/** IPv4 addresses in IPv6 notation are IPv4. Short forms such as `10.1` are no addresses. */
function parseAddress(text: string): Address | undefined {
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text)
  return isAddress ? ipaddr.process(text.replace(/%.*$/, '')) : undefined
}

function compare(one: Address, other: Address): number {
  return Buffer.compare(Buffer.from(one.toByteArray()), Buffer.from(other.toByteArray()))
}
