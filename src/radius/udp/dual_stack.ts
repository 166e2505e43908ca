import { readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import type { Log } from '../../host/log.ts'
import { addressNumber } from './client_addresses.ts'

const mappedPrefix = '::ffff:'

/** The IPv4 address in an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2). */
export function ipv4In(address: string): string | undefined {
  if (!address.startsWith(mappedPrefix)) return undefined
  const ipv4 = address.slice(mappedPrefix.length)
  return isIPv4(ipv4) ? ipv4 : undefined
}

/** Whether an address is `0.0.0.0` or `::`. */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || addressNumber(address) === 0n
}

/** Warns if a socket on `::` receives no IPv4 because of a system setting. */
export function warnWithoutIpv4(log: Log): void {
  try {
    if (readFileSync('/proc/sys/net/ipv6/bindv6only', 'utf8').trim() !== '1') return
  } catch {
    return
  }
  log.warn(
    'interface = :: receives IPv6 only, because net.ipv6.bindv6only is 1; set it to 0 with sysctl, or leave interface out for IPv4',
  )
}
