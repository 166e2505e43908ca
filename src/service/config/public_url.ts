import { isIP } from 'node:net'

const httpsPort = 443

/** The service's names in `countersign.cfg`. */
interface ServiceNames {
  readonly publicUrl: string | undefined
  readonly hostNames: readonly string[]
}

/**
 * The address under which users, phones and providers reach the service: `https://HOST[:PORT]`,
 * without a slash at its end. Every link that the service hands out begins with it.
 *
 * @param port The one that the service listens on.
 */
export function buildPublicUrl({ publicUrl, hostNames }: ServiceNames, port: number): string {
  const [name = 'localhost'] = hostNames
  return publicUrl ?? `https://${bracketed(name)}${port === httpsPort ? '' : `:${port}`}`
}

/** A host as URLs write it: an IPv6 address in brackets (RFC 3986 §3.2.2). */
export function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

/** `public_url`, read: an address, or why it is refused. */
export type PublicUrl =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'refused'; readonly reason: string }

const example = 'write it like https://mfa.example.com'

/** Reads `public_url`. A reason repeats nothing of it, since there may be a password in it. */
export function parsePublicUrl(text: string): PublicUrl {
  if (!/^https:\/\/[^/]/i.test(text) || /\s/.test(text) || !URL.canParse(text)) {
    return refused('is not an https:// address')
  }
  const url = new URL(text)
  const host = url.hostname.replace(/\.$/, '')
  if (url.username !== '' || url.password !== '' || text.includes('@')) {
    return refused('has credentials in it; every link would show them')
  }
  if (text.includes('?')) return refused('has a query, and links can not be made of it')
  if (text.includes('#')) return refused('has a fragment, and links can not be made of it')
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) {
    return refused('is an IP address; browsers take passkeys for host names alone')
  }
  if (!/^([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9_]([a-z0-9_-]*[a-z0-9])?$/i.test(host)) {
    return refused('has no valid host name')
  }
  if (url.pathname.replaceAll('/', '') !== '') {
    return refused('has a path; the service answers at the root of its host name alone')
  }
  return { kind: 'url', url: `https://${host}${url.port === '' ? '' : `:${url.port}`}` }
}

function refused(found: string): PublicUrl {
  return { kind: 'refused', reason: `public_url ${found}; ${example}` }
}

/**
 * Hosts that clients may know the service by, with their ports: each name at the port that the
 * service listens on and at the public one.
 */
export function clientHosts(service: ServiceNames, port: number): string[] {
  const outside = new URL(buildPublicUrl(service, port))
  const publicPort = outside.port === '' ? httpsPort : Number(outside.port)
  const names = [outside.hostname, ...service.hostNames.map(bracketed)]
  return names.flatMap((name) => [`${name}:${publicPort}`, `${name}:${port}`])
}
