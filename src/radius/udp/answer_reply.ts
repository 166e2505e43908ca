import { type Attribute, Code, encodeReply, type Packet, Type } from '../index.ts'
import type { Answer } from './access_request.ts'
import type { RadiusClient } from './radius_client.ts'

const longestPacket = 4096
/** Header and Message-Authenticator. */
const shortestReply = 38

/**
 * The reply that carries an answer: signed, and with all Proxy-States of the request, as they came
 * and in their order (RFC 2865 §5.33). A login that has no answer, or one that can't be laid out,
 * is rejected: never accepted, and never left in silence.
 *
 * @returns Also what was wrong with the answer, where something was.
 */
export function replyTo(
  packet: Packet,
  client: RadiusClient,
  answer: Answer | undefined,
): { readonly reply: Uint8Array; readonly problem?: unknown } {
  const states = packet.has(Type.ProxyState) ? proxyStates(packet) : undefined
  const encode = (code: number, attributes: readonly Attribute[]): Uint8Array =>
    encodeReply(
      code,
      states === undefined ? attributes : [...attributes, ...states],
      packet,
      client.shared,
      { messageAuthenticator: client.messageAuthenticatorInReplies },
    )
  if (answer === undefined) return { reply: encode(Code.AccessReject, []) }
  try {
    return { reply: encode(answer.code, answer.attributes) }
  } catch (error) {
    return { reply: encode(Code.AccessReject, []), problem: error }
  }
}

/** Whether no reply could take back all the Proxy-State of a request. */
export function tooMuchProxyState(packet: Packet): boolean {
  if (packet.octets.length <= longestPacket - shortestReply) return false
  const octets = proxyStates(packet).reduce((sum, { value }) => sum + 2 + value.length, 0)
  return octets > longestPacket - shortestReply
}

function proxyStates(packet: Packet): Attribute[] {
  return packet.attributes.filter(({ type }) => type === Type.ProxyState)
}
