import { randomBytes } from 'node:crypto'
import {
  type Attribute,
  authenticatorResponse,
  type ChallengeProtocol,
  chapResponse,
  decodeVendorSpecific,
  encodeMsChap2Response,
  encodeMsChapResponse,
  msChapChallenge,
  msChapResponse,
  msChapV2Response,
  ntPasswordHash,
  type Packet,
  Type,
} from '../../src/radius/index.ts'

/** What a client of CHAP or MS-CHAP sends, and what it expects of an Access-Accept. */
export interface ChallengeLogin {
  readonly attributes: readonly Attribute[]
  /** The content of MS-CHAP2-Success after the identifier; `undefined` for other protocols. */
  readonly success: string | undefined
}

const identifier = 7

/** Proves that a user typed a text, as a RADIUS client does. */
export function proveTyped(
  protocol: ChallengeProtocol,
  username: string,
  typed: string,
): ChallengeLogin {
  switch (protocol) {
    case 'CHAP': {
      const challenge = randomBytes(16)
      const response = chapResponse(identifier, Buffer.from(typed), challenge)
      const value = Uint8Array.of(identifier, ...response)
      const attributes = [
        { type: Type.ChapPassword, value },
        { type: Type.ChapChallenge, value: challenge },
      ]
      return { attributes, success: undefined }
    }
    case 'MS-CHAPv1': {
      const challenge = randomBytes(8)
      const ntResponse = msChapResponse(challenge, ntPasswordHash(typed))
      const response = encodeMsChapResponse({ identifier, ntResponse })
      return { attributes: [msChapChallenge(challenge), response], success: undefined }
    }
    case 'MS-CHAPv2': {
      const exchange = {
        authenticatorChallenge: randomBytes(16),
        peerChallenge: randomBytes(16),
        userName: Buffer.from(username),
      }
      const ntResponse = msChapV2Response(exchange, typed)
      const { peerChallenge } = exchange
      return {
        attributes: [
          msChapChallenge(exchange.authenticatorChallenge),
          encodeMsChap2Response({ identifier, peerChallenge, ntResponse }),
        ],
        success: authenticatorResponse(exchange, ntResponse, typed),
      }
    }
  }
}

/** The texts of Microsoft's attributes in a reply: `26 S=…`, `2 E=691 …`. */
export function microsoftTexts({ attributes }: Packet): string[] {
  return attributes
    .filter(({ type }) => type === Type.VendorSpecific)
    .flatMap(({ value }) => decodeVendorSpecific(value))
    .filter(({ vendor, value }) => vendor === 311 && value[0] === identifier)
    .map(({ type, value }) => `${type} ${Buffer.from(value.subarray(1)).toString()}`)
}
