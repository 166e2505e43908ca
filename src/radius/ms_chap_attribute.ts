import type { Attribute } from './packet.ts'
import { RadiusError } from './radius_error.ts'
import { encodeVendorSpecific } from './vendor_specific.ts'

/** Microsoft's SMI Network Management Private Enterprise Code. */
export const microsoft = 311

/** Microsoft's attributes for MS-CHAP (RFC 2548 §2). */
export const MicrosoftType = {
  MsChapResponse: 1,
  MsChapError: 2,
  MsChapChangePassword1: 3,
  MsChapChangePassword2: 4,
  MsChapChallenge: 11,
  MsChap2Response: 25,
  MsChap2Success: 26,
  MsChap2ChangePassword: 27,
} as const

/** Length of MS-CHAP-Response and of MS-CHAP2-Response. */
export const msChapResponseOctets = 50
const ntResponseAt = 26
const peerChallengeAt = 2
const peerChallengeOctets = 16
const useNtResponse = 1

/** The content of MS-CHAP-Response (RFC 2548 §2.1.3). */
export interface MsChapResponse {
  readonly identifier: number
  /** Whether NT-Response is to be used; otherwise there is only LM-Response. */
  readonly hasNtResponse: boolean
  /** 24 octets. */
  readonly ntResponse: Uint8Array
}

/** The content of MS-CHAP2-Response (RFC 2548 §2.3.2). */
export interface MsChap2Response {
  readonly identifier: number
  /** 16 octets. */
  readonly peerChallenge: Uint8Array
  /** 24 octets. */
  readonly ntResponse: Uint8Array
}

/** @throws {RadiusError} `RADIUS_ATTRIBUTE_LENGTH` unless `value` has 50 octets. */
export function decodeMsChapResponse(value: Uint8Array): MsChapResponse {
  requireResponseLength('MS-CHAP-Response', value)
  return {
    identifier: value[0] ?? 0,
    hasNtResponse: ((value[1] ?? 0) & useNtResponse) === useNtResponse,
    ntResponse: value.subarray(ntResponseAt),
  }
}

/** @throws {RadiusError} `RADIUS_ATTRIBUTE_LENGTH` unless `value` has 50 octets. */
export function decodeMsChap2Response(value: Uint8Array): MsChap2Response {
  requireResponseLength('MS-CHAP2-Response', value)
  return {
    identifier: value[0] ?? 0,
    peerChallenge: value.subarray(peerChallengeAt, peerChallengeAt + peerChallengeOctets),
    ntResponse: value.subarray(ntResponseAt),
  }
}

function requireResponseLength(name: string, value: Uint8Array): void {
  if (value.length === msChapResponseOctets) return
  throw new RadiusError('RADIUS_ATTRIBUTE_LENGTH', `${name} has ${value.length} octets`)
}

/** MS-CHAP-Challenge (RFC 2548 §2.1.2): 8 octets for MS-CHAPv1, 16 for MS-CHAPv2. */
export function msChapChallenge(challenge: Uint8Array): Attribute {
  return microsoftAttribute(MicrosoftType.MsChapChallenge, challenge)
}

/** MS-CHAP-Response with an NT-Response and no LM-Response (RFC 2548 §2.1.3). */
export function encodeMsChapResponse(
  response: Pick<MsChapResponse, 'identifier' | 'ntResponse'>,
): Attribute {
  const value = new Uint8Array(msChapResponseOctets)
  value[0] = response.identifier
  value[1] = useNtResponse
  value.set(response.ntResponse, ntResponseAt)
  return microsoftAttribute(MicrosoftType.MsChapResponse, value)
}

/** MS-CHAP2-Response (RFC 2548 §2.3.2). */
export function encodeMsChap2Response(response: MsChap2Response): Attribute {
  const value = new Uint8Array(msChapResponseOctets)
  value[0] = response.identifier
  value.set(response.peerChallenge, peerChallengeAt)
  value.set(response.ntResponse, ntResponseAt)
  return microsoftAttribute(MicrosoftType.MsChap2Response, value)
}

/**
 * MS-CHAP2-Success (RFC 2548 §2.3.3).
 *
 * @param success `authenticatorResponse` of the password.
 */
export function msChap2Success(identifier: number, success: string): Attribute {
  return identifiedText(MicrosoftType.MsChap2Success, identifier, success)
}

const authenticationFailure = 691

/**
 * MS-CHAP-Error (RFC 2548 §2.1.5): the credentials are wrong, and the peer must not retry without a new
 * request (RFC 2433 §6, RFC 2759 §6).
 *
 * @param challenge Random octets, as many as the challenge of the request had; the format requires them.
 */
export function msChapError(
  identifier: number,
  protocol: 'MS-CHAPv1' | 'MS-CHAPv2',
  challenge: Uint8Array,
): Attribute {
  const digits = Buffer.from(challenge).toString('hex').toUpperCase()
  const failure = `E=${authenticationFailure} R=0 C=${digits}`
  const text =
    protocol === 'MS-CHAPv1' ? `${failure} V=2` : `${failure} V=3 M=Authentication failed`
  return identifiedText(MicrosoftType.MsChapError, identifier, text)
}

function identifiedText(type: number, identifier: number, text: string): Attribute {
  return microsoftAttribute(type, Uint8Array.of(identifier, ...Buffer.from(text)))
}

function microsoftAttribute(type: number, value: Uint8Array): Attribute {
  return encodeVendorSpecific({ vendor: microsoft, type, value })
}
