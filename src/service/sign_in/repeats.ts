import ipaddr from 'ipaddr.js'
import { sourceAddress } from './source_address.ts'
import type { Attempt } from './transaction/attempt.ts'
import type { Transaction } from './transaction/transaction.ts'

/**
 * A RADIUS client that retries with a new packet (openvpn, pam_radius) sends the same sign-in several
 * times while the first one still waits. Clients try three or four times in all.
 */
export const maxRepeats = 3

/**
 * Finds the requests that an attempt may repeat: for the same user and application, to the same phone with
 * the same factor, still waiting, and not repeats themselves.
 *
 * @param waiting The user's waiting transactions.
 */
export function findFirsts(
  { request, factor, device }: Attempt,
  waiting: readonly Transaction[],
): Transaction[] {
  return waiting.filter(
    (other) =>
      other.ikey === request.integration.ikey &&
      other.factor === factor &&
      other.phoneId === device &&
      other.repeatOf === null &&
      other.verification?.kind !== 'show',
  )
}

/** Addresses of unknown clients: the vendor's proxy sends 0.0.0.0. */
const unknownRanges = ['unspecified', 'loopback']

/** Whether both come from one address that the application sent. */
export function isSameSource({ request }: Attempt, first: Transaction): boolean {
  const source = sourceAddress(request.ipaddr)
  if (source === '' || unknownRanges.includes(ipaddr.process(source).range())) return false
  return request.ipaddr === first.request.ipaddr
}
