import { isIPv4 } from 'node:net'
import { addressNumber } from './client_addresses.ts'
import { isUnspecified } from './dual_stack.ts'

/** Where a server listens. */
export interface ListenPlace {
  /** Local address; `undefined` for every IPv4 address, `::` for every address of both families. */
  readonly address: string | undefined
  /** 0 lets the system choose. */
  readonly port: number
}

/** Address families that a place receives from. */
export interface ListenFamilies {
  readonly ipv4: boolean
  readonly ipv6: boolean
}

export function listenFamilies({ address = '0.0.0.0' }: ListenPlace): ListenFamilies {
  const ipv4 = isIPv4(address)
  return { ipv4: ipv4 || isUnspecified(address), ipv6: !ipv4 }
}

export function isSamePlace(one: ListenPlace, other: ListenPlace): boolean {
  if (one.port === 0 || one.port !== other.port) return false
  const { address = '0.0.0.0' } = one
  const { address: otherAddress = '0.0.0.0' } = other
  return (
    isIPv4(address) === isIPv4(otherAddress) &&
    addressNumber(address) === addressNumber(otherAddress)
  )
}

/** Whether the system refuses to bind both places at the same time. */
export function placesCollide(one: ListenPlace, other: ListenPlace): boolean {
  if (one.port === 0 || one.port !== other.port) return false
  const [first, second] = [one.address ?? '0.0.0.0', other.address ?? '0.0.0.0']
  if (!isUnspecified(first) && !isUnspecified(second)) {
    return addressNumber(first) === addressNumber(second)
  }
  const [families, otherFamilies] = [listenFamilies(one), listenFamilies(other)]
  return (families.ipv4 && otherFamilies.ipv4) || (families.ipv6 && otherFamilies.ipv6)
}
