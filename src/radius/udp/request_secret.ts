import {
  findPasswordProblem,
  type MessageAuthenticatorPlace,
  messageAuthenticatorAt,
  messageAuthenticatorIsGenuine,
  type Packet,
  revealPassword,
  type SharedSecret,
  Type,
} from '../index.ts'
import type { PasswordDecoder, RadiusClient } from './radius_client.ts'

/** Whether a Message-Authenticator is genuine under the client's secret, or under its previous one. */
export function isGenuine(
  packet: Packet,
  valueAt: MessageAuthenticatorPlace,
  { shared, previous }: RadiusClient,
): boolean {
  return (
    messageAuthenticatorIsGenuine(packet.octets, valueAt, shared) ||
    (previous !== undefined && messageAuthenticatorIsGenuine(packet.octets, valueAt, previous))
  )
}

/**
 * The secret that an accepted request uses, and that its reply must use, while the client's secret is
 * being replaced (`radius_secret_previous_N`).
 *
 * A Message-Authenticator proves which one. Without it, the hidden password shows it: under the wrong
 * secret it is random octets. Where it shows nothing, the current secret is used.
 */
export function findSecret(packet: Packet, client: RadiusClient): SharedSecret {
  const { shared, previous } = client
  if (previous === undefined) return shared
  const valueAt = messageAuthenticatorAt(packet.octets)
  if (valueAt !== undefined) {
    return messageAuthenticatorIsGenuine(packet.octets, valueAt, shared) ? shared : previous
  }
  if (findPasswordProblem(packet) !== undefined) return shared
  const hidden = packet.first(Type.UserPassword)
  if (hidden === undefined) return shared
  const likelihood = (secret: SharedSecret): number =>
    textLikelihood(revealPassword(hidden, secret.octets, packet.authenticator), client.decoder)
  return likelihood(previous) > likelihood(shared) ? previous : shared
}

/**
 * How likely octets are a password: 2 for printable ASCII, which 16 random octets are once in millions
 * of times; 1 for other text, which they are once in ten times in Latin-1, and rarely in UTF-8; 0 for
 * anything else.
 */
function textLikelihood(password: Uint8Array, decoder: PasswordDecoder): 0 | 1 | 2 {
  let text: string
  try {
    text = decoder.decode(password)
  } catch {
    return 0
  }
  if (/^[\u0020-\u007e]*$/.test(text)) return 2
  // biome-ignore lint/suspicious/noControlCharactersInRegex: users do not type them
  return /[\u0000-\u001f\u007f]/.test(text) ? 0 : 1
}
