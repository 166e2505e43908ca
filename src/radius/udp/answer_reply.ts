import { type Attribute, Code, encodeReply, type Packet, Type } from '../index.ts'
import type { Answer } from './access_request.ts'
import { eapFailure } from './eap_failure.ts'
import type { RadiusClient } from './radius_client.ts'

const maxPacketLength = 4096
/** Header and Message-Authenticator. */
const minReplyLength = 38
/** The EAP-Message attribute that every reply to EAP carries. */
const eapFailureOctets = 6

/**
 * The reply that carries an answer: signed, and with all Proxy-States of the request, as they came
 * and in their order (RFC 2865 §5.33). A login without an answer, or with one that can't be encoded,
 * is rejected. So is every EAP request, since this server speaks no EAP method.
 *
 * @returns Also what was wrong with the answer, if anything was.
 */
export function replyTo(
  packet: Packet,
  client: RadiusClient,
  answer: Answer | undefined,
): { readonly reply: Uint8Array; readonly problem?: unknown } {
  const states = packet.has(Type.ProxyState) ? proxyStates(packet) : undefined
  const eap = packet.has(Type.EapMessage)
  const encode = (code: number, attributes: readonly Attribute[]): Uint8Array =>
    encodeReply(
      code,
      states === undefined ? attributes : [...attributes, ...states],
      packet,
      client.shared,
      // RFC 3579 §3.1 demands it beside EAP-Message, whatever the client tolerates otherwise
      { messageAuthenticator: client.messageAuthenticatorInReplies || eap },
    )
  // no Reply-Message beside EAP-Message (RFC 3579 §2.6.5)
  if (eap) return { reply: encode(Code.AccessReject, [eapFailure(packet)]) }
  if (answer === undefined) return { reply: encode(Code.AccessReject, []) }
  try {
    return { reply: encode(answer.code, answer.attributes) }
  } catch (error) {
    return { reply: encode(Code.AccessReject, []), problem: error }
  }
}

/** Whether no reply could carry all the Proxy-State of a request. */
export function tooMuchProxyState(packet: Packet): boolean {
  const most =
    maxPacketLength - minReplyLength - (packet.has(Type.EapMessage) ? eapFailureOctets : 0)
  if (packet.octets.length <= most) return false
  const octets = proxyStates(packet).reduce((sum, { value }) => sum + 2 + value.length, 0)
  return octets > most
}

function proxyStates(packet: Packet): Attribute[] {
  return packet.attributes.filter(({ type }) => type === Type.ProxyState)
}
