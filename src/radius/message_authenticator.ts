import { Type } from './attribute.ts'
import { authenticatorOctets, headerOctets } from './framing.ts'
import type { SharedSecret } from './shared_secret.ts'

/** A Message-Authenticator whose value is still to be computed, by `stampMessageAuthenticator`. */
export const unsignedMessageAuthenticator = {
  type: Type.MessageAuthenticator,
  value: new Uint8Array(authenticatorOctets),
} as const

/**
 * Where the value of the Message-Authenticator begins in a packet.
 *
 * @returns `undefined` where there is none; `-1` where there are several, or one of a wrong length.
 */
export function messageAuthenticatorAt(octets: Uint8Array): number | undefined {
  let found: number | undefined
  for (let at = headerOctets; at < octets.length; at += octets[at + 1] ?? octets.length) {
    if (octets[at] !== Type.MessageAuthenticator) continue
    if (found !== undefined || octets[at + 1] !== 2 + authenticatorOctets) return -1
    found = at + 2
  }
  return found
}

/**
 * Whether a packet's Message-Authenticator was made by one who knows the secret (RFC 3579 §3.2).
 *
 * @param octets The packet, as it came.
 * @param valueAt What `messageAuthenticatorAt` says of it.
 * @param requestAuthenticator For a reply, the authenticator of the request it answers.
 */
export function messageAuthenticatorIsGenuine(
  octets: Uint8Array,
  valueAt: number,
  secret: SharedSecret,
  requestAuthenticator?: Uint8Array,
): boolean {
  return valueAt > 0 && secret.hmac.isSignatureOf(octets, valueAt, requestAuthenticator)
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
