import {
  type Attribute,
  Code,
  encodeReply,
  maxPacketLength,
  type Packet,
  type SharedSecret,
  Type,
} from '../index.ts'
import type { Answer } from './access_request.ts'
import { eapFailure } from './eap_failure.ts'
import type { RadiusClient } from './radius_client.ts'

/** Header and Message-Authenticator. */
const minReplyLength = 38
/** The EAP-Message attribute in every reply to an EAP request. */
const eapFailureOctets = 6

/**
 * Encodes an answer as a signed reply, with all Proxy-State attributes of the request, unchanged and in
 * their order (RFC 2865 §5.33). A login without an answer, or with one that can't be encoded, is
 * rejected. So is every EAP request, because this server supports no EAP method.
 *
 * @param secret The one that the request uses.
 * @returns `problem`: why the answer could not be encoded.
 */
export function encodeAnswer(
  packet: Packet,
  client: RadiusClient,
  secret: SharedSecret,
  answer: Answer | undefined,
): { readonly reply: Uint8Array; readonly problem?: unknown } {
  const states = packet.has(Type.ProxyState) ? proxyStates(packet) : undefined
  const eap = packet.has(Type.EapMessage)
  const encode = (code: number, attributes: readonly Attribute[]): Uint8Array =>
    encodeReply(
      code,
      states === undefined ? attributes : [...attributes, ...states],
      packet,
      secret,
      // RFC 3579 §3.1 requires it with EAP-Message, whatever the client is configured to accept
      { messageAuthenticator: client.messageAuthenticatorInReplies || eap },
    )
  // RFC 3579 §2.6.5 forbids Reply-Message with EAP-Message
  if (eap) return { reply: encode(Code.AccessReject, [eapFailure(packet)]) }
  if (answer === undefined) return { reply: encode(Code.AccessReject, []) }
  try {
    return { reply: encode(answer.code, answer.attributes) }
  } catch (error) {
    return { reply: encode(Code.AccessReject, []), problem: error }
  }
}

/** Whether a request has more Proxy-State than fits into a reply. */
export function hasTooMuchProxyState(packet: Packet): boolean {
  const maxOctets =
    maxPacketLength - minReplyLength - (packet.has(Type.EapMessage) ? eapFailureOctets : 0)
  if (packet.octets.length <= maxOctets) return false
  const octets = proxyStates(packet).reduce((sum, { value }) => sum + 2 + value.length, 0)
  return octets > maxOctets
}

function proxyStates(packet: Packet): Attribute[] {
  return packet.attributes.filter(({ type }) => type === Type.ProxyState)
}
