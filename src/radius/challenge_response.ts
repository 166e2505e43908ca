import { timingSafeEqual } from 'node:crypto'
import { Type } from './attribute.ts'
import { chapResponse, decodeChapPassword } from './chap_password.ts'
import {
  authenticatorResponse,
  challengeHash,
  isMsChapResponse,
  type MsChapV2Exchange,
  ntPasswordHash,
} from './ms_chap.ts'
import {
  decodeMsChap2Response,
  decodeMsChapResponse,
  MicrosoftType,
  microsoft,
  msChap2Success,
  msChapError,
} from './ms_chap_attribute.ts'
import type { Attribute, Packet } from './packet.ts'
import { decodeVendorSpecific } from './vendor_specific.ts'

/** The protocols in which a client proves that it knows the password, without sending it. */
export const challengeProtocols = ['CHAP', 'MS-CHAPv1', 'MS-CHAPv2'] as const
export type ChallengeProtocol = (typeof challengeProtocols)[number]

interface Response {
  /** Repeated in the reply. */
  readonly identifier: number
  /** What the response answers: 8 octets for MS-CHAPv1, 16 for MS-CHAPv2. */
  readonly challenge: Uint8Array
  /** 16 octets for CHAP, 24 for MS-CHAP. */
  readonly response: Uint8Array
}

/** A client's proof that its user typed a password. */
export type ChallengeResponse =
  | ({ readonly protocol: 'CHAP' | 'MS-CHAPv1' } & Response)
  | ({
      readonly protocol: 'MS-CHAPv2'
      /** 16 octets. */
      readonly peerChallenge: Uint8Array
      /** The octets of User-Name, part of which the response depends on. */
      readonly userName: Uint8Array
    } & Response)

/** How many octets a protocol's values have; a challenge of CHAP has at least one (RFC 1994 §4.1). */
export const challengeLengths: Readonly<
  Record<ChallengeProtocol, { readonly challenge: number | undefined; readonly response: number }>
> = {
  CHAP: { challenge: undefined, response: 16 },
  'MS-CHAPv1': { challenge: 8, response: 24 },
  'MS-CHAPv2': { challenge: 16, response: 24 },
}

/**
 * Reads the proof of an Access-Request.
 *
 * @param packet `findPasswordProblem` must have found `chap` or `mschap`.
 * @returns `undefined` if there is none.
 */
export function readChallengeResponse(packet: Packet): ChallengeResponse | undefined {
  const chap = packet.first(Type.ChapPassword)
  if (chap !== undefined) {
    // RFC 2865 §2.2: without the attribute, the Request Authenticator is the challenge
    const challenge = packet.first(Type.ChapChallenge) ?? packet.authenticator
    return { protocol: 'CHAP', ...decodeChapPassword(chap), challenge }
  }
  const challenge = microsoftValue(packet, MicrosoftType.MsChapChallenge)
  if (challenge === undefined) return undefined
  const version1 = microsoftValue(packet, MicrosoftType.MsChapResponse)
  if (version1 !== undefined) {
    const { identifier, ntResponse } = decodeMsChapResponse(version1)
    return { protocol: 'MS-CHAPv1', identifier, challenge, response: ntResponse }
  }
  const version2 = microsoftValue(packet, MicrosoftType.MsChap2Response)
  if (version2 === undefined) return undefined
  const { identifier, peerChallenge, ntResponse } = decodeMsChap2Response(version2)
  const userName = packet.first(Type.UserName) ?? new Uint8Array()
  const common = { identifier, challenge, response: ntResponse }
  return { protocol: 'MS-CHAPv2', ...common, peerChallenge, userName }
}

function microsoftValue({ attributes }: Packet, type: number): Uint8Array | undefined {
  for (const attribute of attributes) {
    if (attribute.type !== Type.VendorSpecific) continue
    const found = decodeVendorSpecific(attribute.value).find(
      (inner) => inner.vendor === microsoft && inner.type === type,
    )
    if (found !== undefined) return found.value
  }
  return undefined
}

/** Tests passwords against one proof. The comparison takes constant time. */
export function passwordTest(proof: ChallengeResponse): (password: string) => boolean {
  const { identifier, challenge, response } = proof
  switch (proof.protocol) {
    case 'CHAP':
      return (password) =>
        response.length === challengeLengths.CHAP.response &&
        timingSafeEqual(chapResponse(identifier, Buffer.from(password), challenge), response)
    case 'MS-CHAPv1':
      return (password) => isMsChapResponse(response, challenge, ntPasswordHash(password))
    case 'MS-CHAPv2': {
      const hashed = challengeHash(toExchange(proof))
      return (password) => isMsChapResponse(response, hashed, ntPasswordHash(password))
    }
  }
}

/** What shows a client of MS-CHAPv2 that the server knows the password; `undefined` for others. */
export function serverProof(proof: ChallengeResponse, password: string): string | undefined {
  if (proof.protocol !== 'MS-CHAPv2') return undefined
  return authenticatorResponse(toExchange(proof), proof.response, password)
}

function toExchange({
  challenge,
  peerChallenge,
  userName,
}: Extract<ChallengeResponse, { protocol: 'MS-CHAPv2' }>): MsChapV2Exchange {
  return { authenticatorChallenge: challenge, peerChallenge, userName }
}

/** The attributes of an Access-Accept: MS-CHAP2-Success, if `serverProof` is known. */
export function successAttributes(
  { identifier }: ChallengeResponse,
  proof: string | undefined,
): Attribute[] {
  return proof === undefined ? [] : [msChap2Success(identifier, proof)]
}

/**
 * The attributes of an Access-Reject: MS-CHAP-Error for MS-CHAP.
 *
 * @param challenge Random octets, as many as the challenge of the request had.
 */
export function failureAttributes(
  { protocol, identifier }: ChallengeResponse,
  challenge: Uint8Array,
): Attribute[] {
  return protocol === 'CHAP' ? [] : [msChapError(identifier, protocol, challenge)]
}
