import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** A client supplied an address that the service must not connect to. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError'
  readonly code = 'PRIVATE_ADDRESS'
}

/** The only block of IPv6 that is assigned as global unicast (RFC 4291 §2.4, IANA's registry). */
const globalUnicast = ipaddr.parseCIDR('2000::/3')
/** IETF protocol assignments (RFC 2928): Teredo, AMT, ORCHID and others, none of them a web server. */
const protocolAssignments = ipaddr.parseCIDR('2001::/23')

/**
 * Whether an IP address belongs to the public Internet (RFC 6890). An IPv4-mapped IPv6 address is
 * judged by its IPv4 address. Other addresses that contain one (IPv4-compatible, NAT64, 6to4) are
 * not public: routers may translate them to a private address.
 */
export function isPublicAddress(address: string): boolean {
  // ipaddr.js reads the IPv4-compatible form (RFC 4291 §2.5.5.1) as an IPv4-mapped address
  if (!ipaddr.isValid(address) || /^::\d+\./.test(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return false
  return (
    parsed.kind() === 'ipv4' || (parsed.match(globalUnicast) && !parsed.match(protocolAssignments))
  )
}

/** The host of a URL if it is an IP address, without the brackets of IPv6. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return isIP(bare) === 0 ? undefined : bare
}

/**
 * Resolves a host like the system, and refuses it if one of its addresses is not public. It runs when
 * the connection is made, so that a name that changes in between (DNS rebinding) does not help.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [])
    const secret = addresses.find(({ address }) => !isPublicAddress(address))
    const [first] = addresses
    if (secret !== undefined || first === undefined) {
      return callback(
        new PrivateAddressError(`${hostname} is not a host on the public Internet`),
        [],
      )
    }
    if (options.all === true) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}
