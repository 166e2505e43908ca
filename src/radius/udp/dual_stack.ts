import { readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import type { Log } from '../../host/log.ts'
import { addressNumber } from './client_addresses.ts'

const mappedPrefix = '::ffff:'

/** The IPv4 address that an IPv6 socket shows in its mapped form (RFC 4291 §2.5.5.2). */
export function ipv4In(address: string): string | undefined {
  if (!address.startsWith(mappedPrefix)) return undefined
  const ipv4 = address.slice(mappedPrefix.length)
  return isIPv4(ipv4) ? ipv4 : undefined
}

/** Whether an address means all addresses of its family: `0.0.0.0` or `::`. */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || addressNumber(address) === 0n
}

/** A socket on `::` takes IPv4 too, unless the system's default is IPv6 only. */
export function warnWithoutIpv4(log: Log): void {
  try {
    if (readFileSync('/proc/sys/net/ipv6/bindv6only', 'utf8').trim() !== '1') return
  } catch {
    return
  }
  log.warn(
    'interface = :: takes IPv6 only here, since net.ipv6.bindv6only is 1; set it to 0 with sysctl, or leave interface out for IPv4',
  )
}
