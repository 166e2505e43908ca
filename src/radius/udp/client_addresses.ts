import { isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Thrown if a text is not an address, network or range; the message says what is expected. */
export class AddressError extends Error {
  override readonly name = 'AddressError'
  readonly code = 'RADIUS_CLIENT_ADDRESS'
}

/** Addresses from `first` to `last` inclusive, as `addressNumber` numbers them. */
export interface AddressRange {
  readonly first: bigint
  readonly last: bigint
}

const expected =
  'expected an address (10.0.0.1), a network (10.0.0.0/8) or a range (10.0.0.1-10.0.0.9)'
const ipv4Mapped = 0xffff_0000_0000n

/** Longer than any part of an address: probably a secret that ended up in this line. */
const foreign = /[^.:/-]{14,}/
const maxForeignLength = 20

/** Shortens a text for a message if it may contain a secret. */
export function shown(text: string): string {
  return foreign.test(text) ? `${text.slice(0, maxForeignLength)}…` : text
}

/**
 * Parses the addresses of a RADIUS client: one (`192.0.2.1`), a network (`192.0.2.0/24`,
 * `192.0.2.0/255.255.255.0`) or a range (`192.0.2.1-192.0.2.9`); IPv6 likewise.
 *
 * @throws {AddressError}
 */
export function parseAddresses(text: string): AddressRange {
  const written = text.trim()
  const network = written.split('/')
  if (network.length === 2) {
    return networkRange(written, network[0]?.trim() ?? '', network[1]?.trim() ?? '')
  }
  const ends = written.split('-').map((end) => end.trim())
  const first = ends[0] ?? ''
  const last = ends[1] ?? first
  if (network.length > 2 || ends.length > 2) throw notAnAddress(written)
  const range = { first: addressNumber(first, written), last: addressNumber(last, written) }
  if (isIPv4(first) !== isIPv4(last)) {
    throw new AddressError(`the range '${shown(written)}' mixes IPv4 and IPv6`)
  }
  if (range.last < range.first) {
    throw new AddressError(`the range '${shown(written)}' ends before it begins`)
  }
  return range
}

/**
 * Whether the addresses of a RADIUS client, in a form of `parseAddresses`, include an address. Text that is not in such a
 * form, such as a DNS name, includes nothing and is included nowhere.
 */
export function includesAddress(addresses: string, address: string): boolean {
  try {
    const { first, last } = parseAddresses(addresses)
    const number = addressNumber(address)
    return first <= number && number <= last
  } catch (error) {
    if (error instanceof AddressError) return false
    throw error
  }
}

/**
 * Converts an address to a number of 128 bits. IPv4 and its IPv6-mapped form (RFC 4291 §2.5.5.2) have
 * the same number; a zone after `%` is ignored.
 *
 * @throws {AddressError} if it is not a complete address; `10.1` and `010.0.0.1` are not.
 */
export function addressNumber(address: string, written = address): bigint {
  if (isIPv4(address)) {
    const [a, b, c, d] = address.split('.')
    return ipv4Mapped + BigInt(((Number(a) * 256 + Number(b)) * 256 + Number(c)) * 256 + Number(d))
  }
  const [withoutZone = ''] = address.split('%')
  if (!isIPv6(withoutZone)) throw notAnAddress(written)
  return ipaddr
    .parse(withoutZone)
    .toByteArray()
    .reduce((number, octet) => (number << 8n) | BigInt(octet), 0n)
}

function networkRange(written: string, network: string, mask: string): AddressRange {
  const address = addressNumber(network, written)
  const width = isIPv4(network) ? 32 : 128
  if (width === 128 && !/^\d+$/.test(mask)) {
    throw new AddressError(
      `'/${shown(mask)}' in '${shown(written)}' is not the prefix length of an IPv6 network`,
    )
  }
  const prefix = /^\d+$/.test(mask) ? Number(mask) : prefixOfMask(mask, written)
  if (prefix > width) {
    throw new AddressError(`'/${shown(mask)}' in '${shown(written)}' is more than ${width} bits`)
  }
  const hostBits = BigInt(width - prefix)
  const first = (address >> hostBits) << hostBits
  return { first, last: first + (1n << hostBits) - 1n }
}

function prefixOfMask(mask: string, written: string): number {
  const prefix = isIPv4(mask) ? ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() : null
  if (prefix === null)
    throw new AddressError(`'${shown(mask)}' in '${shown(written)}' is not a netmask`)
  return prefix
}

function notAnAddress(written: string): AddressError {
  return new AddressError(`'${shown(written)}' is not an address; ${expected}`)
}
