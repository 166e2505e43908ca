import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An address that a client named leads to a machine that it is not to reach through us. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError'
  readonly code = 'PRIVATE_ADDRESS'
}

/** Whether an IP address is one of the public Internet. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  // an IPv4 address in the clothes of an IPv6 one is judged as what it is
  return ipaddr.process(address).range() === 'unicast'
}

/** The host of an address where it is an IP address itself, without the brackets of IPv6. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return isIP(bare) === 0 ? undefined : bare
}

/**
 * Finds a host's addresses as the system does, and refuses it where one of them is not public: as the
 * connection is made, so that a name which means something else a moment later gains nothing.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [])
    const secret = addresses.find(({ address }) => !isPublicAddress(address))
    const [first] = addresses
    if (secret !== undefined || first === undefined) {
      return callback(new PrivateAddressError(`${hostname} is no host of the public Internet`), [])
    }
    if (options.all === true) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}
