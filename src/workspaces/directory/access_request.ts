import {
  type Attribute,
  Code,
  encodePacket,
  type Packet,
  type SharedSecret,
  stampMessageAuthenticator,
  Type,
} from '../../radius/index.ts'
import type { Knobs } from '../knobs/knob_table.ts'
import type { AuthenticationProtocol } from '../radius_settings/limits.ts'
import { encodeAddress } from '../trace/udp_packet.ts'
import { buildCredential } from './credential.ts'
import type { Random } from './random.ts'

const headerOctets = 20
const authenticatorOctets = 16
/** The longest MFA code that User-Password can hold (RFC 2865 §5.2). */
export const maxMfaCodeOctets = 128

/** The content of an Access-Request of a login or a probe. */
export interface RequestContent {
  readonly userName: string
  readonly mfaCode: string
  readonly protocol: AuthenticationProtocol
  readonly directoryId: string
  /** Address that the controller sends from. */
  readonly controllerAddress: string
  /** Address of the end user, if known. */
  readonly clientIp: string | undefined
}

export type RequestKnobs = Pick<
  Knobs,
  'attrs' | 'messageAuthenticator' | 'chapChallenge' | 'emptyMfa'
>

/** One encoded Access-Request, with what verifies its reply. */
export interface EncodedRequest {
  readonly octets: Uint8Array
  readonly identifier: number
  readonly authenticator: Uint8Array
}

/** An Access-Request whose Identifier is not chosen yet. The credential belongs to its Request Authenticator. */
export class RequestDraft {
  readonly authenticator: Uint8Array
  /** Whether an accept proves that the server knows the password; only MS-CHAPv2 has such a proof. */
  readonly isProvenBy: (accept: Packet) => boolean
  readonly #attributes: readonly Attribute[]
  readonly #knobs: RequestKnobs
  readonly #secret: SharedSecret

  constructor(content: RequestContent, knobs: RequestKnobs, secret: SharedSecret, random: Random) {
    this.authenticator = random.octets(authenticatorOctets)
    this.#knobs = knobs
    this.#secret = secret
    const { authenticator } = this
    const { emptyMfa, chapChallenge } = knobs
    const isAbsent = content.mfaCode === '' && emptyMfa === 'send-nothing'
    const credential = buildCredential({ ...content, authenticator, secret, chapChallenge, random })
    this.isProvenBy = credential.isProvenBy
    this.#attributes = [
      { type: Type.UserName, value: new TextEncoder().encode(content.userName) },
      ...(isAbsent ? [] : credential.attributes),
      ...buildOtherAttributes(content, knobs.attrs),
    ]
  }

  encode(identifier: number): EncodedRequest {
    const { messageAuthenticator } = this.#knobs
    const unsigned = { type: Type.MessageAuthenticator, value: new Uint8Array(authenticatorOctets) }
    const isFirst = messageAuthenticator === 'send-require-first'
    const attributes =
      messageAuthenticator === 'none'
        ? this.#attributes
        : isFirst
          ? [unsigned, ...this.#attributes]
          : [...this.#attributes, unsigned]
    const octets = encodePacket(Code.AccessRequest, identifier, this.authenticator, attributes)
    if (messageAuthenticator !== 'none') {
      const valueAt = isFirst ? headerOctets + 2 : octets.length - authenticatorOctets
      stampMessageAuthenticator(octets, valueAt, this.#secret)
    }
    return { octets, identifier, authenticator: this.authenticator }
  }
}

function buildOtherAttributes(content: RequestContent, attrs: Knobs['attrs']): Attribute[] {
  const { controllerAddress, directoryId, clientIp } = content
  const attributes: Attribute[] = []
  if (attrs.nasIp === 'controller') {
    const value = encodeAddress(controllerAddress)
    attributes.push({ type: value.length === 4 ? Type.NasIpAddress : Type.NasIpv6Address, value })
  }
  if (attrs.nasId !== 'none') {
    const text = attrs.nasId === 'directoryId' ? directoryId : attrs.nasId
    attributes.push({ type: Type.NasIdentifier, value: new TextEncoder().encode(text) })
  }
  if (attrs.serviceType !== null) {
    attributes.push({ type: Type.ServiceType, value: encodeInteger(attrs.serviceType) })
  }
  if (attrs.nasPortType !== null) {
    attributes.push({ type: Type.NasPortType, value: encodeInteger(attrs.nasPortType) })
  }
  if (attrs.callingStation === 'clientIp' && clientIp !== undefined) {
    attributes.push({ type: Type.CallingStationId, value: new TextEncoder().encode(clientIp) })
  }
  return attributes
}

function encodeInteger(value: number): Uint8Array {
  const octets = new Uint8Array(4)
  new DataView(octets.buffer).setUint32(0, value)
  return octets
}
