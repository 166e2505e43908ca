import { isIP } from 'node:net'
import type { ParsedValue, ValueType } from '../../config/value_type.ts'

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
    return findHostProblem(key, value) ?? { value }
  },
}

export function isHostName(value: string): boolean {
  return hostName.test(value)
}

type Problem = Extract<ParsedValue<string>, { readonly problem: string }>

function findHostProblem(key: string, value: string): Problem | undefined {
  if (isIP(value) !== 0 || isHostName(value)) return undefined
  if (value.includes('@')) {
    return { problem: 'has a user name or password in it; write the host name only' }
  }
  const found = /^([a-z][a-z0-9+.-]*:\/\/)?(\[[^\]]*\]|[^/:?#]*)(:\d+)?([/?#].*)?$/i.exec(value)
  const [, , bracketed = '', port] = found ?? []
  const name = bracketed.replace(/^\[(.*)\]$/, '$1')
  if (isIP(name) === 0 && !isHostName(name)) {
    return { problem: `is '${value}'; expected a host name` }
  }
  const portKey = portKeys[key]
  const hostLine = `${key}=${name}`
  const and =
    port === undefined || portKey === undefined ? undefined : { key: portKey, value: port.slice(1) }
  const remedy = and === undefined ? hostLine : `${hostLine} and ${and.key}=${and.value}`
  return {
    problem: `is '${value}'; write the host name only: ${remedy}`,
    suggestion: { value: name, and },
  }
}
