import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** One machine usually has all addresses of such a network, and can change between them. */
const networkBits = 64

/**
 * Normalises the address that wrong passcodes are counted for: an IPv4 address, or the network of an IPv6
 * address.
 *
 * @param address As a client sent it.
 * @returns Empty if it is not an address, so that a client can't get a new counter by inventing one.
 */
export function sourceAddress(address: string): string {
  if (isIP(address) === 0) return ''
  const parsed = ipaddr.process(address.replace(/%.*$/, ''))
  return parsed.kind() === 'ipv4'
    ? parsed.toString()
    : ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/${networkBits}`).toString()
}
