import { isIP, isIPv4 } from 'node:net'
import { AddressError, parseAddresses, shown } from '../../radius/udp/client_addresses.ts'
import { isHostName } from './host_value.ts'

/** An address in brackets, an IPv4 address or either with a port. */
const decorated = /^(?:\[([^\]]*)\]|([^[\]:]*))(?::(\d+))?$/

/** What is wrong with the value of `radius_ip_N`. */
export function addressesProblem(value: string): string | undefined {
  try {
    parseAddresses(value)
    return undefined
  } catch (error) {
    if (!(error instanceof AddressError)) throw error
    return clientProblem(value) ?? error.message
  }
}

/** What is wrong with an address of this machine or of a server. */
export function addressProblem(key: string, value: string): string | undefined {
  const mapped = /^::ffff:([\d.]+)$/i.exec(value)?.[1]
  if (mapped !== undefined && isIPv4(mapped)) return `is '${value}'; write it as IPv4: ${mapped}`
  if (isIP(value) !== 0) return undefined
  const { address, port } = undecorated(value)
  if (address !== undefined) {
    const more = port === undefined ? '' : ` and port=${port}`
    return `is '${value}'; write the address only: ${key}=${address}${more}`
  }
  if (key === 'interface' && ['*', 'any', 'all'].includes(value.toLowerCase())) {
    return `is '${value}'; leave interface out for every IPv4 address, or write :: for IPv6 too`
  }
  return `is '${value}'; expected an IP address`
}

function clientProblem(value: string): string | undefined {
  const { address, port } = undecorated(value)
  if (address !== undefined) {
    const what = port === undefined ? 'is in brackets' : 'has a port'
    return `is '${shown(value)}' and ${what}; a client is known by its address alone, whatever port it sends from: write ${address}`
  }
  const several = value.split(/[\s,;]+/).filter((part) => part !== '')
  if (several.length > 1 && several.every((part) => isIP(part.split('/')[0] ?? '') !== 0)) {
    return 'has several addresses; give each one a radius_ip_N and radius_secret_N of its own, or write a network or a range'
  }
  return isHostName(value) && /[a-z]/i.test(value)
    ? `is the name '${shown(value)}'; RADIUS clients are known by their address, so write that`
    : undefined
}

/** The address in `[2001:db8::1]`, `[2001:db8::1]:1812` and `10.0.0.1:1812`. */
function undecorated(value: string): {
  readonly address: string | undefined
  readonly port: string | undefined
} {
  const [, bracketed, bare, port] = decorated.exec(value) ?? []
  const address = bracketed ?? bare ?? ''
  return { address: isIP(address) === 0 ? undefined : address, port }
}
