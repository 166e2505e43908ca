import { Type } from './attribute.ts'
import { challengeLengths } from './challenge_response.ts'
import { chapPasswordOctets } from './chap_password.ts'
import { headerOctets } from './framing.ts'
import {
  decodeMsChapResponse,
  MicrosoftType,
  microsoft,
  msChapResponseOctets,
} from './ms_chap_attribute.ts'
import type { Packet } from './packet.ts'
import { isHiddenPasswordLength } from './user_password.ts'
import { decodeVendorSpecific, vendorIs } from './vendor_specific.ts'

/**
 * Why an Access-Request has no readable password:
 *
 * - `absent`: it has no credentials, or only a State;
 * - `empty`: the User-Password attribute has no octets; RFC 2865 §5.2 requires at least 16;
 * - `chap`, `mschap`: the client proves that it knows the password, without sending it;
 *   `readChallengeResponse` reads the proof;
 * - `arap`, `eap`: the same, in a protocol that is not supported;
 * - `lm`: the proof is an LM response, which is not supported;
 * - `password_change`: the client asks to change the password (RFC 2548 §2.1.6, §2.1.7, §2.3.4);
 * - `malformed`: a credential or its challenge has a wrong length, or an MS-CHAP challenge is missing;
 * - `ambiguous`: two kinds of credentials, one kind twice, or more than one State (RFC 2865 §5.44).
 *
 * A server that needs the password rejects the request.
 */
export type PasswordProblem =
  | 'absent'
  | 'empty'
  | 'chap'
  | 'mschap'
  | 'arap'
  | 'eap'
  | 'lm'
  | 'password_change'
  | 'malformed'
  | 'ambiguous'

/** @returns `undefined` if there is one User-Password of a valid length, and no other credential. */
export function findPasswordProblem({ octets }: Packet): PasswordProblem | undefined {
  let password = 0
  let chap = 0
  let chapChallenges = 0
  let arap = 0
  let eap = 0
  let states = 0
  let microsoftValues: MicrosoftValues | undefined
  let malformed = false
  let empty = false
  for (let at = headerOctets; at < octets.length; ) {
    const length = octets[at + 1] ?? octets.length
    switch (octets[at]) {
      case Type.UserPassword:
        password++
        if (length === 2) empty = true
        else malformed ||= !isHiddenPasswordLength(length - 2)
        break
      case Type.ChapPassword:
        chap++
        malformed ||= length - 2 !== chapPasswordOctets
        break
      case Type.ChapChallenge:
        chapChallenges++
        malformed ||= length === 2
        break
      case Type.ArapPassword:
        arap++
        break
      case Type.EapMessage:
        eap = 1
        break
      case Type.State:
        states++
        break
      case Type.VendorSpecific: {
        const value = octets.subarray(at + 2, at + length)
        if (!vendorIs(value, microsoft)) break
        microsoftValues ??= new MicrosoftValues()
        microsoftValues.add(value)
        break
      }
    }
    at += length
  }
  const { responses = 0, problem } = microsoftValues ?? {}
  if (states > 1 || chapChallenges > 1) return 'ambiguous'
  if (password + chap + arap + eap + responses > 1) return 'ambiguous'
  if (malformed) return 'malformed'
  if (password === 1) return empty ? 'empty' : undefined
  if (chap === 1) return 'chap'
  if (arap === 1) return 'arap'
  if (eap === 1) return 'eap'
  return problem ?? 'absent'
}

/** Microsoft's attributes of a request that are credentials (RFC 2548 §2). */
class MicrosoftValues {
  readonly #version1: Uint8Array[] = []
  readonly #version2: Uint8Array[] = []
  readonly #challenges: Uint8Array[] = []
  #changes = 0

  add(vendorSpecific: Uint8Array): void {
    for (const { type, value } of decodeVendorSpecific(vendorSpecific)) {
      switch (type) {
        case MicrosoftType.MsChapResponse:
          this.#version1.push(value)
          break
        case MicrosoftType.MsChap2Response:
          this.#version2.push(value)
          break
        case MicrosoftType.MsChapChallenge:
          this.#challenges.push(value)
          break
        case MicrosoftType.MsChapChangePassword1:
        case MicrosoftType.MsChapChangePassword2:
        case MicrosoftType.MsChap2ChangePassword:
          this.#changes++
          break
      }
    }
  }

  get responses(): number {
    return this.#version1.length + this.#version2.length
  }

  get problem(): PasswordProblem | undefined {
    if (this.#changes > 0) return 'password_change'
    const [response = this.#version2[0]] = this.#version1
    if (response === undefined) return undefined
    const [challenge, another] = this.#challenges
    if (another !== undefined) return 'ambiguous'
    const isVersion1 = this.#version1.length > 0
    const lengths = challengeLengths[isVersion1 ? 'MS-CHAPv1' : 'MS-CHAPv2']
    if (response.length !== msChapResponseOctets) return 'malformed'
    if (challenge?.length !== lengths.challenge) return 'malformed'
    return isVersion1 && !decodeMsChapResponse(response).hasNtResponse ? 'lm' : 'mschap'
  }
}
