import { canonicalParameters } from '../../duo/index.ts'
import type { ChallengeResponse } from '../../radius/index.ts'

/**
 * The parameters of `auth_response`. Octets are in hexadecimal digits.
 *
 * @param aliases `factor_aliases`: further words that the user may have typed, and their factors.
 */
export function responseParameters(
  proof: ChallengeResponse,
  aliases: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  const { protocol, identifier, challenge, response } = proof
  return {
    protocol,
    identifier: String(identifier),
    challenge: hex(challenge),
    response: hex(response),
    ...(proof.protocol === 'MS-CHAPv2'
      ? { peer_challenge: hex(proof.peerChallenge), user_name: hex(proof.userName) }
      : {}),
    ...(aliases.size === 0 ? {} : { factor_aliases: canonicalParameters([...aliases]) }),
  }
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex')
}
