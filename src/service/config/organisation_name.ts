import { isIP } from 'node:net'

/** Names that no organisation has registered (RFC 2606, RFC 6762, RFC 8375, and usual local ones). */
const privateEndings: readonly string[] = [
  'arpa',
  'corp',
  'example',
  'home',
  'internal',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'private',
  'test',
]

/** Second labels under which countries register names: `example.co.uk`. */
const registries: readonly string[] = ['ac', 'co', 'com', 'edu', 'gov', 'net', 'or', 'org']

/** The name if the host name says nothing. */
export const unknownOrganisation = 'Countersign'

/**
 * Derives a name for the organisation from a host name: `mfa.acme.co.uk` belongs to `Acme`. An address
 * or a local name says nothing about the organisation.
 */
export function deriveOrganisationName(hostName: string): string {
  if (isIP(hostName) !== 0) return unknownOrganisation
  const labels = hostName.toLowerCase().split('.')
  const top = labels.at(-1) ?? ''
  if (labels.length < 2 || privateEndings.includes(top)) return unknownOrganisation
  const isRegistry =
    labels.length > 2 && top.length === 2 && registries.includes(labels.at(-2) ?? '')
  const label = labels.at(isRegistry ? -3 : -2) ?? ''
  return label.startsWith('xn--') || label === ''
    ? unknownOrganisation
    : label.charAt(0).toUpperCase() + label.slice(1)
}
