import ipaddr from 'ipaddr.js'

/** Thrown where a text names no addresses; the message says what was found and what is expected. */
export class AddressError extends Error {
  override readonly name = 'AddressError'
  readonly code = 'RADIUS_CLIENT_ADDRESS'
}

/** Addresses from `first` to `last`, both of them included, as numbers of 128 bits (IPv4 mapped, RFC 4291 §2.5.5.2). */
export interface AddressRange {
  readonly first: bigint
  readonly last: bigint
}

const expected = 'expected an address, a network (10.0.0.0/8) or a range (10.0.0.1-10.0.0.9)'

/**
 * Reads the addresses of RADIUS clients: one (`192.0.2.1`), a network (`192.0.2.0/24`,
 * `192.0.2.0/255.255.255.0`), a range (`192.0.2.1-192.0.2.9`); IPv6 likewise.
 *
 * @throws {AddressError}
 */
export function parseAddresses(text: string): AddressRange {
  const written = text.trim()
  const [network, mask, ...more] = written.split('/')
  if (network !== undefined && mask !== undefined && more.length === 0) {
    return networkRange(written, network.trim(), mask.trim())
  }
  const ends = written.split('-')
  if (ends.length > 2) throw new AddressError(`'${written}' is not an address; ${expected}`)
  const first = addressNumber(ends[0]?.trim() ?? '', written)
  const last = ends[1] === undefined ? first : addressNumber(ends[1].trim(), written)
  if (last < first) throw new AddressError(`the range '${written}' ends before it begins`)
  return { first, last }
}

/** An address as a number of 128 bits. */
export function addressNumber(address: string, written = address): bigint {
  // ipaddr.js takes '10.1' for 10.0.0.1, which nobody means who writes it into a list of clients
  const dotted = /^\d+\.\d+\.\d+\.\d+$/.test(address)
  if (!(dotted || address.includes(':')) || !ipaddr.isValid(address)) {
    throw new AddressError(`'${written}' is not an address; ${expected}`)
  }
  const parsed = ipaddr.parse(address)
  const octets =
    parsed instanceof ipaddr.IPv4
      ? parsed.toIPv4MappedAddress().toByteArray()
      : parsed.toByteArray()
  return octets.reduce((number, octet) => (number << 8n) | BigInt(octet), 0n)
}

function networkRange(written: string, network: string, mask: string): AddressRange {
  const address = addressNumber(network, written)
  const width = network.includes(':') ? 128 : 32
  const prefix = /^\d+$/.test(mask) ? Number(mask) : prefixOfMask(mask, written)
  if (prefix > width)
    throw new AddressError(`'/${mask}' in '${written}' is more than ${width} bits`)
  const hostBits = BigInt(width - prefix)
  const first = (address >> hostBits) << hostBits
  return { first, last: first + (1n << hostBits) - 1n }
}

function prefixOfMask(mask: string, written: string): number {
  const prefix = ipaddr.IPv4.isValidFourPartDecimal(mask)
    ? ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask()
    : null
  if (prefix === null) throw new AddressError(`'${mask}' in '${written}' is not a netmask`)
  return prefix
}
