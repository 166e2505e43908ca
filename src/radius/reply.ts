import { timingSafeEqual } from 'node:crypto'
import { authenticatorOctets, headerOctets } from './framing.ts'
import { md5 } from './md5.ts'
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
  octets.set(md5(octets, secret.octets), 4)
  return octets
}

/**
 * Reads a reply and verifies that it answers the request and was made by one who knows the secret
 * (RFC 2865 §3, RFC 3579 §3.2).
 *
 * @throws {RadiusError} `RADIUS_RESPONSE_AUTHENTICATOR` or `RADIUS_MESSAGE_AUTHENTICATOR` where it was not.
 */
export function verifyReply(
  datagram: Uint8Array,
  requestAuthenticator: Uint8Array,
  secret: SharedSecret,
): Packet {
  const reply = decodePacket(datagram)
  const signed = reply.octets.slice()
  signed.set(requestAuthenticator, 4)
  if (!timingSafeEqual(md5(signed, secret.octets), reply.authenticator)) {
    throw new RadiusError('RADIUS_RESPONSE_AUTHENTICATOR', 'Response Authenticator is wrong')
  }
  const valueAt = messageAuthenticatorAt(reply.octets)
  if (valueAt === undefined) return reply
  const genuine =
    valueAt > 0 &&
    valueAt + authenticatorOctets <= reply.octets.length &&
    messageAuthenticatorIsGenuine(reply.octets, valueAt, secret, requestAuthenticator)
  if (!genuine) {
    throw new RadiusError('RADIUS_MESSAGE_AUTHENTICATOR', 'Message-Authenticator is wrong')
  }
  return reply
}
