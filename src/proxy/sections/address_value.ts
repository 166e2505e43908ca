import { isIP, isIPv4 } from 'node:net'
import type { ValueType } from '../../config/value_type.ts'
import {
  AddressError,
  type AddressRange,
  parseAddresses,
  shown,
} from '../../radius/udp/client_addresses.ts'
import { isHostName } from './host_value.ts'

/** The addresses of a RADIUS client. */
export interface ClientAddresses {
  /** As written. */
  readonly text: string
  readonly range: AddressRange
}

/** Value of `radius_ip_N`. */
export const clientAddresses: ValueType<ClientAddresses> = {
  form: 'address, network or range',
  parse: (value) => {
    try {
      return { value: { text: value, range: parseAddresses(value) } }
    } catch (error) {
      if (!(error instanceof AddressError)) throw error
      const { address } = stripDecoration(value)
      const suggestion = address === undefined ? undefined : { value: address }
      return { problem: findDecoration(value) ?? error.message, suggestion }
    }
  },
}

/** An IP address of this machine or of a server. */
export const listenAddress: ValueType<string> = {
  form: 'IP address',
  parse: (value, key) => {
    const problem = findAddressProblem(key, value)
    if (problem === undefined) return { value }
    const { address } = stripDecoration(value)
    return { problem, suggestion: address === undefined ? undefined : { value: address } }
  },
}

function findAddressProblem(key: string, value: string): string | undefined {
  const mapped = /^::ffff:([\d.]+)$/i.exec(value)?.[1]
  if (mapped !== undefined && isIPv4(mapped)) return `is '${value}'; write it as IPv4: ${mapped}`
  if (isIP(value) !== 0) return undefined
  const { address, port } = stripDecoration(value)
  if (address !== undefined) {
    const more = port === undefined ? '' : ` and port=${port}`
    return `is '${value}'; write the address only: ${key}=${address}${more}`
  }
  if (key === 'interface' && ['*', 'any', 'all'].includes(value.toLowerCase())) {
    return `is '${value}'; remove interface to listen on every IPv4 address, or write :: for IPv6 too`
  }
  return `is '${value}'; expected an IP address`
}

/** What a client's address has too much, if it has an address at all. */
function findDecoration(value: string): string | undefined {
  const { address, port } = stripDecoration(value)
  if (address !== undefined) {
    const what = port === undefined ? 'is in brackets' : 'has a port'
    return `is '${shown(value)}' and ${what}; clients are recognised by their address only, write ${address}`
  }
  const several = value.split(/[\s,;]+/).filter((part) => part !== '')
  if (several.length > 1 && several.every((part) => isIP(part.split('/')[0] ?? '') !== 0)) {
    return 'has several addresses; give each one its own radius_ip_N and radius_secret_N, or write a network or a range'
  }
  return isHostName(value) && /[a-z]/i.test(value)
    ? `is the name '${shown(value)}'; RADIUS clients are recognised by their address, write that`
    : undefined
}

const decorated = /^(?:\[([^\]]*)\]|([^[\]:]*))(?::(\d+))?$/

/** The address in `[2001:db8::1]`, `[2001:db8::1]:1812` and `10.0.0.1:1812`. */
function stripDecoration(value: string): {
  readonly address: string | undefined
  readonly port: string | undefined
} {
  const [, bracketed, bare, port] = decorated.exec(value) ?? []
  const address = bracketed ?? bare ?? ''
  return { address: isIP(address) === 0 ? undefined : address, port }
}
