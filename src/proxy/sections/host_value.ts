import { isIP } from 'node:net'

const hostName =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i

/** The keys that take the port of a host. */
const portKeys: Readonly<Record<string, string>> = {
  api_host: 'api_port',
  http_proxy_host: 'http_proxy_port',
  host: 'port',
}

export function isHostName(value: string): boolean {
  return hostName.test(value)
}

/** What is wrong with a host name or address, and how to write it. */
export function hostProblem(key: string, value: string): string | undefined {
  if (isIP(value) !== 0 || isHostName(value)) return undefined
  if (value.includes('@')) return 'has a user or password in it; write the host name only'
  const found = /^([a-z][a-z0-9+.-]*:\/\/)?(\[[^\]]*\]|[^/:?#]*)(:\d+)?([/?#].*)?$/i.exec(value)
  const [, , bracketed = '', port] = found ?? []
  const host = bracketed.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host) === 0 && !isHostName(host)) return `is '${value}'; expected a host name`
  const portKey = portKeys[key]
  const named = `${key}=${host}`
  const written =
    port === undefined || portKey === undefined ? named : `${named} and ${portKey}=${port.slice(1)}`
  return `is '${value}'; write the host name only: ${written}`
}
