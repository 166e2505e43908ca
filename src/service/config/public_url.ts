import { isIP } from 'node:net'
import { type ParsedValue, text, type ValueType } from '../../config/value_type.ts'

const httpsPort = 443

/** The service's names in `countersign.cfg`. */
interface ServiceNames {
  readonly publicUrl: string | undefined
  readonly hostNames: readonly string[]
}

/**
 * The address at which users, phones and providers reach the service: `https://HOST[:PORT]`,
 * without a slash at its end. Every link begins with it.
 *
 * @param port Port that the service listens on.
 */
export function buildPublicUrl({ publicUrl, hostNames }: ServiceNames, port: number): string {
  const [name = 'localhost'] = hostNames
  return publicUrl ?? `https://${bracketed(name)}${port === httpsPort ? '' : `:${port}`}`
}

/**
 * The address of the panel: that of the service, with the panel's own host name if it has one.
 *
 * @param url `https://HOST[:PORT]` of the service.
 */
export function buildAdminUrl(adminHost: string | undefined, url: string): string {
  if (adminHost === undefined) return url
  const { port } = new URL(url)
  return `https://${adminHost}${port === '' ? '' : `:${port}`}`
}

/** A host as URLs write it: an IPv6 address in brackets (RFC 3986 §3.2.2). */
export function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

/** An `https://` origin with a host name. Problems do not repeat it, since it can contain a password. */
export const publicUrl: ValueType<string> = {
  ...text,
  form: 'https:// address',
  parse: (value) => {
    const parsed = parsePublicUrl(value)
    if ('value' in parsed) return parsed
    return { problem: `${parsed.problem}; write it like https://mfa.example.com` }
  },
}

function parsePublicUrl(written: string): ParsedValue<string> {
  if (!/^https:\/\/[^/]/i.test(written) || /\s/.test(written) || !URL.canParse(written)) {
    return { problem: 'is not an https:// address' }
  }
  const url = new URL(written)
  const host = url.hostname.replace(/\.$/, '')
  if (url.username !== '' || url.password !== '' || written.includes('@')) {
    return { problem: 'has credentials in it, which every link would show' }
  }
  if (written.includes('?')) return { problem: 'has a query, so links cannot begin with it' }
  if (written.includes('#')) return { problem: 'has a fragment, so links cannot begin with it' }
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) {
    return { problem: 'is an IP address, but browsers accept passkeys for host names only' }
  }
  if (!/^([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9_]([a-z0-9_-]*[a-z0-9])?$/i.test(host)) {
    return { problem: 'has no valid host name' }
  }
  if (url.pathname.replaceAll('/', '') !== '') {
    return { problem: 'has a path, but the service answers only at the root of its host name' }
  }
  return { value: `https://${host}${url.port === '' ? '' : `:${url.port}`}` }
}

/**
 * Every `HOST:PORT` that clients may use for the service: each name with the port that the service
 * listens on, and with the public port.
 */
export function clientHosts(service: ServiceNames, port: number): string[] {
  const outside = new URL(buildPublicUrl(service, port))
  const publicPort = outside.port === '' ? httpsPort : Number(outside.port)
  const names = [outside.hostname, ...service.hostNames.map(bracketed)]
  return names.flatMap((name) => [`${name}:${publicPort}`, `${name}:${port}`])
}
