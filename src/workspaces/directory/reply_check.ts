import {
  Code,
  type Packet,
  RadiusError,
  type SharedSecret,
  Type,
  verifyReply,
} from '../../radius/index.ts'
import type { Knobs } from '../knobs/knob_table.ts'
import type { EncodedRequest } from './access_request.ts'
import type { Endpoint } from './source_port.ts'

/** A reply that a controller takes, or why it ignores the datagram. */
export type CheckedReply =
  | { readonly kind: 'valid'; readonly packet: Packet; readonly name: string }
  | { readonly kind: 'invalid'; readonly reason: string }

const replyNames: Readonly<Record<number, string>> = {
  [Code.AccessAccept]: 'Access-Accept',
  [Code.AccessReject]: 'Access-Reject',
  [Code.AccessChallenge]: 'Access-Challenge',
}

/**
 * Verifies a datagram as the reply to a request: source, Identifier, Response Authenticator and, if the knob says
 * so, Message-Authenticator (RFC 2865 §3, RFC 3579 §3.2). Anything else is ignored, as if nothing had come.
 */
export function checkReply(
  datagram: Uint8Array,
  from: Endpoint,
  request: EncodedRequest,
  options: {
    readonly server: Endpoint
    readonly secret: SharedSecret
    readonly messageAuthenticator: Knobs['messageAuthenticator']
  },
): CheckedReply {
  const { server, secret, messageAuthenticator } = options
  if (from.address !== server.address || from.port !== server.port) {
    return invalid(`it comes from ${from.address} port ${from.port}`)
  }
  try {
    const isRequired = messageAuthenticator.startsWith('send-')
    const packet = verifyReply(datagram, request.authenticator, secret, {
      messageAuthenticator: isRequired ? 'required' : 'optional',
    })
    if (packet.identifier !== request.identifier) return invalid('its Identifier is wrong')
    const name = replyNames[packet.code]
    if (name === undefined) return invalid(`its code is ${packet.code}`)
    const [first] = packet.attributes
    const mustBeFirst = messageAuthenticator === 'send-require-first'
    if (mustBeFirst && first?.type !== Type.MessageAuthenticator) {
      return invalid('its first attribute is not a Message-Authenticator')
    }
    return { kind: 'valid', packet, name }
  } catch (error) {
    if (!(error instanceof RadiusError)) throw error
    if (error.code === 'RADIUS_RESPONSE_AUTHENTICATOR') {
      return invalid(
        'its Response Authenticator is wrong: another shared secret, or a changed packet',
      )
    }
    return invalid(error.message)
  }
}

function invalid(reason: string): CheckedReply {
  return { kind: 'invalid', reason }
}
