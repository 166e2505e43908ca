import { AuthApiFailure, failures, parseEncodedParameters } from '../../../../duo/index.ts'
import {
  type ChallengeProtocol,
  type ChallengeResponse,
  challengeLengths,
  challengeProtocols,
} from '../../../../radius/index.ts'
import type { TypedProof } from '../../../sign_in/typed_text.ts'
import type { CallParameters } from './parameters.ts'

const maxChallengeOctets = 253
const peerChallengeOctets = 16
const maxUserNameOctets = 253
/** Words that are tried; an alias beyond is not recognised. */
const maxAliases = 50

/**
 * Reads the proof of what the user typed (capability `challenge_response`): `protocol`, `identifier`,
 * `challenge` and `response`, for MS-CHAPv2 also `peer_challenge` and `user_name`; octets in hexadecimal
 * digits. `factor_aliases` has further words, as `word=factor&…`.
 *
 * @throws {AuthApiFailure} 40001, 40002
 */
export function readTypedProof(parameters: CallParameters): TypedProof {
  return { proof: readProof(parameters), aliases: readAliases(parameters) }
}

function readProof(parameters: CallParameters): ChallengeResponse {
  const protocol = readProtocol(parameters)
  const lengths = challengeLengths[protocol]
  const common = {
    identifier: parameters.integer('identifier', { min: 0, max: 255, otherwise: 0 }),
    challenge: readOctets(parameters, 'challenge', lengths.challenge, maxChallengeOctets),
    response: readOctets(parameters, 'response', lengths.response),
  }
  if (protocol !== 'MS-CHAPv2') return { protocol, ...common }
  return {
    protocol,
    ...common,
    peerChallenge: readOctets(parameters, 'peer_challenge', peerChallengeOctets),
    userName: readOctets(parameters, 'user_name', undefined, maxUserNameOctets),
  }
}

function readProtocol(parameters: CallParameters): ChallengeProtocol {
  const text = parameters.required('protocol')
  const protocol = challengeProtocols.find((known) => known === text)
  if (protocol === undefined) throw new AuthApiFailure(failures.invalidParameters, 'protocol')
  return protocol
}

/** @param length `undefined` for any length up to `maxLength`. */
function readOctets(
  parameters: CallParameters,
  name: string,
  length: number | undefined,
  maxLength = length,
): Uint8Array {
  const text = parameters.required(name)
  const octets = Buffer.from(text, 'hex')
  const isHex = octets.length * 2 === text.length
  if (!isHex || octets.length !== (length ?? octets.length) || octets.length > (maxLength ?? 0)) {
    throw new AuthApiFailure(failures.invalidParameters, name)
  }
  return octets
}

/** @throws {AuthApiFailure} 40002 if a word is not UTF-8. */
function readAliases(parameters: CallParameters): ReadonlyMap<string, string> {
  const pairs = parseEncodedParameters(
    Buffer.from(parameters.text('factor_aliases') ?? '').toString('latin1'),
  )
  try {
    return new Map(
      pairs
        .slice(0, maxAliases)
        .map(({ name, value }) => [decodeURIComponent(name), decodeURIComponent(value)]),
    )
  } catch {
    throw new AuthApiFailure(failures.invalidParameters, 'factor_aliases')
  }
}
