import { Type } from './attribute.ts'
import { chapPasswordOctets } from './chap_password.ts'
import { headerOctets } from './framing.ts'
import type { Packet } from './packet.ts'
import { isHiddenPasswordLength } from './user_password.ts'
import { vendorIs } from './vendor_specific.ts'

const microsoft = 311

/**
 * Why an Access-Request has no readable password:
 *
 * - `absent`: it has no credentials, or only a State;
 * - `empty`: the User-Password attribute has no octets; RFC 2865 §5.2 requires at least 16;
 * - `chap`, `mschap`, `arap`, `eap`: the client proves that it knows the password, without sending it;
 * - `malformed`: User-Password is not whole blocks, or CHAP-Password not 17 octets (RFC 2865 §5);
 * - `ambiguous`: two kinds of credentials, one kind twice, or more than one State (RFC 2865 §5.44).
 *
 * A server that needs the password rejects the request.
 */
export type PasswordProblem =
  | 'absent'
  | 'empty'
  | 'chap'
  | 'mschap'
  | 'arap'
  | 'eap'
  | 'malformed'
  | 'ambiguous'

/** @returns `undefined` if there is one User-Password of a valid length, and no other credential. */
export function findPasswordProblem({ octets }: Packet): PasswordProblem | undefined {
  let password = 0
  let chap = 0
  let arap = 0
  let eap = 0
  let states = 0
  let microsoftResponse = false
  let malformed = false
  let empty = false
  for (let at = headerOctets; at < octets.length; ) {
    const length = octets[at + 1] ?? octets.length
    switch (octets[at]) {
      case Type.UserPassword:
        password++
        if (length === 2) empty = true
        else malformed ||= !isHiddenPasswordLength(length - 2)
        break
      case Type.ChapPassword:
        chap++
        malformed ||= length - 2 !== chapPasswordOctets
        break
      case Type.ArapPassword:
        arap++
        break
      case Type.EapMessage:
        eap = 1
        break
      case Type.State:
        states++
        break
      case Type.VendorSpecific:
        microsoftResponse ||= vendorIs(octets.subarray(at + 2, at + length), microsoft)
        break
    }
    at += length
  }
  if (states > 1 || password + chap + arap + eap > 1) return 'ambiguous'
  if (malformed) return 'malformed'
  if (password === 1) return empty ? 'empty' : undefined
  if (chap === 1) return 'chap'
  if (arap === 1) return 'arap'
  if (eap === 1) return 'eap'
  return microsoftResponse ? 'mschap' : 'absent'
}
