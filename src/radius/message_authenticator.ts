import { Type } from './attribute.ts'
import { authenticatorOctets, headerOctets } from './framing.ts'
import type { SharedSecret } from './shared_secret.ts'

/** A Message-Authenticator of zeros, to be computed by `stampMessageAuthenticator`. */
export const unsignedMessageAuthenticator = {
  type: Type.MessageAuthenticator,
  value: new Uint8Array(authenticatorOctets),
} as const

/**
 * Where the value of a packet's only Message-Authenticator begins; `repeated` if there are several,
 * `wrong length` if it is not 16 octets. Neither can be valid (RFC 3579 §3.2).
 */
export type MessageAuthenticatorPlace = number | 'repeated' | 'wrong length'

/** @returns `undefined` if the packet has no Message-Authenticator. */
export function messageAuthenticatorAt(octets: Uint8Array): MessageAuthenticatorPlace | undefined {
  let found: number | undefined
  for (let at = headerOctets; at < octets.length; at += octets[at + 1] ?? octets.length) {
    if (octets[at] !== Type.MessageAuthenticator) continue
    if (found !== undefined) return 'repeated'
    if (octets[at + 1] !== 2 + authenticatorOctets) return 'wrong length'
    found = at + 2
  }
  return found
}

/**
 * Whether a packet's Message-Authenticator is valid for the secret (RFC 3579 §3.2).
 *
 * @param octets The packet as received.
 * @param valueAt The result of `messageAuthenticatorAt`.
 * @param requestAuthenticator For a reply, the authenticator of the request it answers.
 */
export function messageAuthenticatorIsGenuine(
  octets: Uint8Array,
  valueAt: MessageAuthenticatorPlace,
  secret: SharedSecret,
  requestAuthenticator?: Uint8Array,
): boolean {
  if (typeof valueAt !== 'number') return false
  return secret.hmac.isSignatureOf(octets, valueAt, requestAuthenticator)
}

/**
 * Computes the Message-Authenticator of a packet whose Authenticator field holds the Request
 * Authenticator, and writes it into the packet (RFC 3579 §3.2).
 *
 * @param valueAt Where the attribute's value begins; it holds zeros.
 */
export function stampMessageAuthenticator(
  octets: Uint8Array,
  valueAt: number,
  secret: SharedSecret,
): void {
  secret.hmac.writeSignature(octets, valueAt, octets)
}
