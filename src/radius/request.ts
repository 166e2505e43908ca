import { Type } from './attribute.ts'
import { headerOctets } from './framing.ts'
import { stampMessageAuthenticator, unsignedMessageAuthenticator } from './message_authenticator.ts'
import { type Attribute, Code, encodePacket } from './packet.ts'
import type { SharedSecret } from './shared_secret.ts'
import { hidePassword } from './user_password.ts'

/**
 * Builds an Access-Request as a RADIUS client sends it, Message-Authenticator first
 * (RFC 2865 §4.1, RFC 3579 §3.2).
 *
 * @param authenticator Request Authenticator: 16 unpredictable octets.
 * @param options.password Sent as User-Password, if given.
 */
export function encodeAccessRequest(
  identifier: number,
  authenticator: Uint8Array,
  secret: SharedSecret,
  options: {
    readonly username?: string
    readonly password?: Uint8Array
    readonly attributes?: readonly Attribute[]
    readonly messageAuthenticator?: boolean
  },
): Uint8Array {
  const attributes: Attribute[] = []
  const signed = options.messageAuthenticator !== false
  if (signed) attributes.push(unsignedMessageAuthenticator)
  if (options.username !== undefined) {
    attributes.push({ type: Type.UserName, value: new TextEncoder().encode(options.username) })
  }
  if (options.password !== undefined) {
    const value = hidePassword(options.password, secret.octets, authenticator)
    attributes.push({ type: Type.UserPassword, value })
  }
  attributes.push(...(options.attributes ?? []))
  const octets = encodePacket(Code.AccessRequest, identifier, authenticator, attributes)
  if (signed) stampMessageAuthenticator(octets, headerOctets + 2, secret)
  return octets
}

/** Builds a Status-Server packet with only a Message-Authenticator (RFC 5997 §2.1). */
export function encodeStatusServer(
  identifier: number,
  authenticator: Uint8Array,
  secret: SharedSecret,
): Uint8Array {
  const octets = encodePacket(Code.StatusServer, identifier, authenticator, [
    unsignedMessageAuthenticator,
  ])
  stampMessageAuthenticator(octets, headerOctets + 2, secret)
  return octets
}
