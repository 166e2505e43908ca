import { isIP } from 'node:net'
import type { ValueType } from '../../config/value_type.ts'

const hostName =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i

/** The keys that hold the port of a host. */
const portKeys: Readonly<Record<string, string>> = {
  api_host: 'api_port',
  http_proxy_host: 'http_proxy_port',
  host: 'port',
}

/** A host name or an IP address. */
export const host: ValueType<string> = {
  form: 'host name or address',
  parse: (value, key) => {
    const problem = findHostProblem(key, value)
    return problem === undefined ? { value } : { problem }
  },
}

export function isHostName(value: string): boolean {
  return hostName.test(value)
}

function findHostProblem(key: string, value: string): string | undefined {
  if (isIP(value) !== 0 || isHostName(value)) return undefined
  if (value.includes('@')) return 'has a user name or password in it; write the host name only'
  const found = /^([a-z][a-z0-9+.-]*:\/\/)?(\[[^\]]*\]|[^/:?#]*)(:\d+)?([/?#].*)?$/i.exec(value)
  const [, , bracketed = '', port] = found ?? []
  const name = bracketed.replace(/^\[(.*)\]$/, '$1')
  if (isIP(name) === 0 && !isHostName(name)) return `is '${value}'; expected a host name`
  const portKey = portKeys[key]
  const hostLine = `${key}=${name}`
  const remedy =
    port === undefined || portKey === undefined
      ? hostLine
      : `${hostLine} and ${portKey}=${port.slice(1)}`
  return `is '${value}'; write the host name only: ${remedy}`
}
