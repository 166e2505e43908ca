import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** One machine has all addresses of such a network to itself, and can take another one at any time. */
const networkBits = 64

/**
 * What wrong passcodes from an address are counted for: an IPv4 address, or the network of an IPv6
 * address, however it is written.
 *
 * @param address As a client sent it.
 * @returns Empty for what is no address: a client must not get a fresh counter by inventing one.
 */
export function sourceAddress(address: string): string {
  if (isIP(address) === 0) return ''
  const parsed = ipaddr.process(address.replace(/%.*$/, ''))
  return parsed.kind() === 'ipv4'
    ? parsed.toString()
    : ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/${networkBits}`).toString()
}
