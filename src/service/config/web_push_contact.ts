import { isIP } from 'node:net'

/** Top-level names without public hosts (RFC 2606, RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`). */
const privateNames =
  /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|home\.arpa|test|example|invalid|onion)$/i

/**
 * Finds why push services may refuse a contact (`sub` of RFC 8292 §2.1): some answer 403 to every
 * push if its host can't be on the public Internet.
 *
 * @param contact `mailto:…` or `https://…`
 * @returns `undefined` if there is no reason.
 */
export function contactWeakness(contact: string): string | undefined {
  const host = parseHost(contact)
  if (host === undefined) return 'it has no host'
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return `${host} is an IP address`
  if (privateNames.test(host)) return `${host} is not a public name`
  if (!host.includes('.')) return `${host} has no domain`
  return undefined
}

function parseHost(contact: string): string | undefined {
  const address = /^mailto:/i.test(contact)
    ? `https://${contact.slice(contact.lastIndexOf('@') + 1)}`
    : contact
  if (!URL.canParse(address)) return undefined
  const host = new URL(address).hostname.replace(/\.$/, '')
  return host === '' ? undefined : host
}
