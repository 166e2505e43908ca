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
  const parsed = parseAddress(address)
  const isIn = ({ ip_list }: { readonly ip_list: readonly string[] }): boolean =>
    parsed !== undefined && ip_list.some((network) => contains(network, parsed))
  if (isIn(networks.blocked)) return 'blocked'
  if (isIn(networks.mfa_required)) return 'mfa required'
  if (isIn(networks.no_2fa_required)) return 'no 2fa required'
  return networks.deny_other_access ? 'other denied' : 'other'
}

/** Whether a text is an address, a network such as `192.0.2.0/24`, or a range `192.0.2.1-192.0.2.9`. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

type Network =
  | { readonly kind: 'cidr'; readonly base: Address; readonly bits: number }
  | { readonly kind: 'range'; readonly first: Address; readonly last: Address }

function contains(text: string, address: Address): boolean {
  const network = parseNetwork(text)
  if (network === undefined) return false
  if (network.kind === 'cidr') {
    const { base, bits } = network
    return base.kind() === address.kind() && address.match([base, bits] as never)
  }
  const { first, last } = network
  return (
    first.kind() === address.kind() && compare(first, address) <= 0 && compare(address, last) <= 0
  )
}

function parseNetwork(text: string): Network | undefined {
  const [from = '', to, ...rest] = text.split('-').map((part) => part.trim())
  if (rest.length > 0) return undefined
  if (to !== undefined) {
    const [first, last] = [parseAddress(from), parseAddress(to)]
    if (first === undefined || last === undefined || first.kind() !== last.kind()) return undefined
    return compare(first, last) <= 0 ? { kind: 'range', first, last } : undefined
  }
  if (!from.includes('/')) {
    const base = parseAddress(from)
    return base && { kind: 'cidr', base, bits: base.toByteArray().length * 8 }
  }
  if (!ipaddr.isValidCIDR(from)) return undefined
  const [base, bits] = ipaddr.parseCIDR(from)
  if (base.kind() === 'ipv4' && !ipaddr.IPv4.isValidFourPartDecimal(from.split('/')[0] ?? '')) {
    return undefined
  }
  return { kind: 'cidr', base, bits }
}

/** IPv4 addresses in IPv6 notation are IPv4. Short forms such as `10.1` are no addresses. */
function parseAddress(text: string): Address | undefined {
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text)
  return isAddress ? ipaddr.process(text.replace(/%.*$/, '')) : undefined
}

function compare(one: Address, other: Address): number {
  return Buffer.compare(Buffer.from(one.toByteArray()), Buffer.from(other.toByteArray()))
}
