import { timingSafeEqual } from 'node:crypto'
import { Type } from './attribute.ts'
import { authenticatorOctets, headerOctets } from './framing.ts'
import { md5, writeMd5 } from './md5.ts'
import {
  messageAuthenticatorAt,
  messageAuthenticatorIsGenuine,
  stampMessageAuthenticator,
  unsignedMessageAuthenticator,
} from './message_authenticator.ts'
import { type Attribute, decodePacket, encodePacket, type Packet } from './packet.ts'
import { RadiusError } from './radius_error.ts'
import type { SharedSecret } from './shared_secret.ts'

/**
 * Builds and signs a reply. Message-Authenticator comes first, so that no octet chosen by an attacker
 * precedes it (CVE-2024-3596); then the Response Authenticator is computed (RFC 2865 §3).
 *
 * @param options.messageAuthenticator `false` only for a client that drops replies with one.
 */
export function encodeReply(
  code: number,
  attributes: readonly Attribute[],
  request: Pick<Packet, 'identifier' | 'authenticator'>,
  secret: SharedSecret,
  options: { readonly messageAuthenticator: boolean },
): Uint8Array {
  const all = options.messageAuthenticator
    ? [unsignedMessageAuthenticator, ...attributes]
    : attributes
  const octets = encodePacket(code, request.identifier, request.authenticator, all)
  if (options.messageAuthenticator) stampMessageAuthenticator(octets, headerOctets + 2, secret)
  writeMd5(octets, headerOctets - authenticatorOctets, octets, secret.octets)
  return octets
}

/**
 * Decodes a reply, and verifies that it answers the request and that its sender knows the secret
 * (RFC 2865 §3, RFC 3579 §3.2).
 *
 * @param options.messageAuthenticator `required`: a reply without one is refused, because a Response
 *   Authenticator alone can be forged (CVE-2024-3596).
 * @throws {RadiusError} `RADIUS_RESPONSE_AUTHENTICATOR` or `RADIUS_MESSAGE_AUTHENTICATOR` if the
 *   verification fails, and what `decodePacket` throws.
 */
export function verifyReply(
  datagram: Uint8Array,
  requestAuthenticator: Uint8Array,
  secret: SharedSecret,
  options?: { readonly messageAuthenticator: 'required' | 'optional' },
): Packet {
  const reply = decodePacket(datagram)
  const { octets } = reply
  // slice would not copy a Buffer
  const signed = new Uint8Array(octets)
  signed.set(requestAuthenticator, headerOctets - authenticatorOctets)
  if (!timingSafeEqual(md5(signed, secret.octets), reply.authenticator)) {
    throw new RadiusError('RADIUS_RESPONSE_AUTHENTICATOR', 'Response Authenticator is wrong')
  }
  const valueAt = messageAuthenticatorAt(octets)
  if (valueAt === undefined) {
    if (options?.messageAuthenticator !== 'required' && !reply.has(Type.EapMessage)) return reply
    throw new RadiusError('RADIUS_MESSAGE_AUTHENTICATOR', 'Message-Authenticator is missing')
  }
  if (!messageAuthenticatorIsGenuine(octets, valueAt, secret, requestAuthenticator)) {
    throw new RadiusError('RADIUS_MESSAGE_AUTHENTICATOR', 'Message-Authenticator is wrong')
  }
  return reply
}
