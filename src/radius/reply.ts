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
 * Builds a reply and signs it: Message-Authenticator before everything else, so that no octet that
 * another may have chosen stands before it (CVE-2024-3596), then the Response Authenticator
 * (RFC 2865 §3).
 *
 * @param request The request that is answered.
 * @param options.messageAuthenticator `false` only for a client that drops replies which have one.
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
 * Reads a reply and verifies that it answers the request and was made by one who knows the secret
 * (RFC 2865 §3, RFC 3579 §3.2).
 *
 * @param options.messageAuthenticator `required`: a reply without one is not believed, since its
 *   Response Authenticator alone can be forged (CVE-2024-3596).
 * @throws {RadiusError} `RADIUS_RESPONSE_AUTHENTICATOR` or `RADIUS_MESSAGE_AUTHENTICATOR` where it
 *   was not, and what `decodePacket` throws.
 */
export function verifyReply(
  datagram: Uint8Array,
  requestAuthenticator: Uint8Array,
  secret: SharedSecret,
  options?: { readonly messageAuthenticator: 'required' | 'optional' },
): Packet {
  const reply = decodePacket(datagram)
  const { octets } = reply
  // a copy also where the octets are a Buffer, whose slice is a view
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
