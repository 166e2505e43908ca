import {
  type Attribute,
  authenticatorResponse,
  chapResponse,
  decodeVendorSpecific,
  encodeMsChap2Response,
  encodeMsChapResponse,
  hidePassword,
  MicrosoftType,
  microsoft,
  msChapChallenge,
  msChapResponse,
  msChapV2Response,
  ntPasswordHash,
  type Packet,
  type SharedSecret,
  Type,
} from '../../radius/index.ts'
import type { Knobs } from '../knobs/knob_table.ts'
import type { AuthenticationProtocol } from '../radius_settings/limits.ts'
import type { Random } from './random.ts'

const chapChallengeOctets = 16
const msChapChallengeOctets = 8
const msChapV2ChallengeOctets = 16

/** The MFA code as attributes of a request. */
export interface Credential {
  readonly attributes: readonly Attribute[]
  /**
   * Whether an accept proves that the server knows the password, too (RFC 2548 §2.3.3). Always true for protocols
   * without such a proof.
   */
  readonly isProvenBy: (accept: Packet) => boolean
}

export interface CredentialSource {
  readonly userName: string
  readonly mfaCode: string
  readonly protocol: AuthenticationProtocol
  /** Request Authenticator. */
  readonly authenticator: Uint8Array
  readonly secret: SharedSecret
  readonly chapChallenge: Knobs['chapChallenge']
  readonly random: Random
}

export function buildCredential(source: CredentialSource): Credential {
  switch (source.protocol) {
    case 'PAP':
      return unproven([buildUserPassword(source)])
    case 'CHAP':
      return unproven(buildChap(source))
    case 'MS-CHAPv1':
      return unproven(buildMsChap(source))
    case 'MS-CHAPv2':
      return buildMsChapV2(source)
  }
}

function unproven(attributes: readonly Attribute[]): Credential {
  return { attributes, isProvenBy: () => true }
}

/** User-Password (RFC 2865 §5.2). */
function buildUserPassword({ mfaCode, secret, authenticator }: CredentialSource): Attribute {
  const value = hidePassword(new TextEncoder().encode(mfaCode), secret.octets, authenticator)
  return { type: Type.UserPassword, value }
}

/** CHAP-Password, and CHAP-Challenge unless the Request Authenticator is the challenge (RFC 2865 §2.2, §5.40). */
function buildChap({
  mfaCode,
  authenticator,
  chapChallenge,
  random,
}: CredentialSource): Attribute[] {
  const isOwn = chapChallenge === 'attr60'
  const challenge = isOwn ? random.octets(chapChallengeOctets) : authenticator
  const identifier = random.octets(1)[0] ?? 0
  const response = chapResponse(identifier, new TextEncoder().encode(mfaCode), challenge)
  const password = { type: Type.ChapPassword, value: new Uint8Array([identifier, ...response]) }
  return isOwn ? [password, { type: Type.ChapChallenge, value: challenge }] : [password]
}

/** MS-CHAP-Challenge and MS-CHAP-Response without LM-Response (RFC 2548 §2.1). */
function buildMsChap({ mfaCode, random }: CredentialSource): Attribute[] {
  const challenge = random.octets(msChapChallengeOctets)
  const identifier = random.octets(1)[0] ?? 0
  const ntResponse = msChapResponse(challenge, ntPasswordHash(mfaCode))
  return [msChapChallenge(challenge), encodeMsChapResponse({ identifier, ntResponse })]
}

/** MS-CHAP-Challenge and MS-CHAP2-Response (RFC 2548 §2.3). */
function buildMsChapV2({ mfaCode, userName, random }: CredentialSource): Credential {
  const exchange = {
    authenticatorChallenge: random.octets(msChapV2ChallengeOctets),
    peerChallenge: random.octets(msChapV2ChallengeOctets),
    userName: new TextEncoder().encode(userName),
  }
  const identifier = random.octets(1)[0] ?? 0
  const ntResponse = msChapV2Response(exchange, mfaCode)
  const response = { identifier, peerChallenge: exchange.peerChallenge, ntResponse }
  const expected = authenticatorResponse(exchange, ntResponse, mfaCode)
  return {
    attributes: [msChapChallenge(exchange.authenticatorChallenge), encodeMsChap2Response(response)],
    isProvenBy: (accept) => findSuccess(accept, identifier)?.startsWith(expected) === true,
  }
}

/** The text of MS-CHAP2-Success, `S=…`, if it carries the Ident of the response (RFC 2548 §2.3.3). */
function findSuccess(accept: Packet, identifier: number): string | undefined {
  const success = accept.attributes
    .filter(({ type }) => type === Type.VendorSpecific)
    .flatMap(({ value }) => decodeVendorSpecific(value))
    .find(({ vendor, type }) => vendor === microsoft && type === MicrosoftType.MsChap2Success)
  if (success === undefined || success.value[0] !== identifier) return undefined
  return Buffer.from(success.value.subarray(1)).toString()
}
