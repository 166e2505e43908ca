import { isIP } from 'node:net'
import { list, type ValueType } from '../../config/value_type.ts'

const maxHostNameLength = 253

export const ipAddress: ValueType<string> = {
  form: 'IP address',
  parse: (value) =>
    isIP(value) === 0
      ? { problem: `is '${value}', which is not an IP address; write one of this machine's` }
      : { value },
}

/** Host names and IP addresses. */
export const hostNames: ValueType<readonly string[]> = list(
  'comma-separated host names and addresses',
  (name) =>
    isHostName(name)
      ? { value: name }
      : { problem: `has '${name}', which is not a host name or IP address; correct or remove it` },
)

/** One host name; browsers accept passkeys for no IP address. */
export const hostName: ValueType<string> = {
  form: 'host name',
  parse: (value) =>
    isHostName(value) && isIP(value) === 0
      ? { value: value.toLowerCase() }
      : { problem: `is '${value}', which is not a host name; write it like admin.example.com` },
}

/** IP addresses, and networks in CIDR notation. */
export const networks: ValueType<readonly string[]> = list(
  'comma-separated addresses and networks',
  (network) =>
    isNetwork(network)
      ? { value: network }
      : {
          problem: `has '${network}', which is not an IP address or network; write it like 10.0.0.5 or 10.0.0.0/24`,
        },
)

/** A network with the name that users see. */
export interface NamedNetwork {
  readonly network: string
  readonly name: string
}

export const namedNetworks: ValueType<readonly NamedNetwork[]> = list(
  'comma-separated networks with names',
  (item) => {
    const [, network = '', name = ''] = /^(\S+)\s+(.+)$/.exec(item) ?? []
    return isNetwork(network)
      ? { value: { network, name } }
      : {
          problem: `has '${item}', which is not a network with its name; write it like 203.0.113.0/24 Berlin office`,
        }
  },
)

/** Whether a host is this machine, so that traffic to it needs no encryption. */
export function isLoopback(host = ''): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host)
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...others] = text.split('/')
  const version = isIP(address)
  if (version === 0 || others.length > 0) return false
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  )
}

function isHostName(name: string): boolean {
  return (
    isIP(name) !== 0 ||
    (name.length <= maxHostNameLength && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name))
  )
}
