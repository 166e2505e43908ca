import { decodeVendorSpecific, MicrosoftType, microsoft, Type } from '../../radius/index.ts'
import type { Knobs } from '../knobs/knob_table.ts'
import type { AuthenticationProtocol } from '../radius_settings/limits.ts'
import { encodeAddress } from '../trace/udp_packet.ts'
import type { Chain } from './chain.ts'
import type { KnobFinding } from './knob_finding.ts'
import type { CapturedRequest } from './radius_capture.ts'

/** What the attributes of the requests say. */
export function inferFromAttributes(chains: readonly Chain[]): KnobFinding[] {
  const requests = chains.flatMap((chain) => chain.requests)
  const logins = chains.filter(({ kind }) => kind === 'login').flatMap((chain) => chain.requests)
  return [
    inferAttrs(requests),
    inferMessageAuthenticator(chains),
    inferChapChallenge(requests),
    inferEmptyMfa(logins),
    inferUserNameForm(logins),
  ]
}

/** The protocol of a request by its credential; `undefined` if it has none. */
export function protocolOf({ packet }: CapturedRequest): AuthenticationProtocol | undefined {
  if (packet.has(Type.UserPassword)) return 'PAP'
  if (packet.has(Type.ChapPassword)) return 'CHAP'
  const types = packet.attributes
    .filter(({ type }) => type === Type.VendorSpecific)
    .flatMap(({ value }) => decodeVendorSpecific(value))
    .filter(({ vendor }) => vendor === microsoft)
    .map(({ type }) => type)
  if (types.includes(MicrosoftType.MsChap2Response)) return 'MS-CHAPv2'
  return types.includes(MicrosoftType.MsChapResponse) ? 'MS-CHAPv1' : undefined
}

function inferAttrs(requests: readonly CapturedRequest[]): KnobFinding {
  const first = requests.at(-1)
  if (first === undefined) return { knob: 'attrs', because: 'there is no request' }
  const { packet, source } = first
  const nasIp = packet.first(Type.NasIpAddress) ?? packet.first(Type.NasIpv6Address)
  const nasId = packet.first(Type.NasIdentifier)
  const isController =
    nasIp !== undefined && Buffer.compare(nasIp, encodeAddress(source.address)) === 0
  const hasCallingStation = requests.some((request) => request.packet.has(Type.CallingStationId))
  const value: Knobs['attrs'] = {
    nasIp: isController ? 'controller' : 'none',
    nasId: nasId === undefined ? 'none' : toNasId(Buffer.from(nasId).toString()),
    nasPortType: readInteger(packet.first(Type.NasPortType)),
    serviceType: readInteger(packet.first(Type.ServiceType)),
    callingStation: hasCallingStation ? 'clientIp' : 'none',
  }
  const types = [...new Set(packet.attributes.map(({ type }) => type))]
  return { knob: 'attrs', value, because: `requests have the attributes ${types.join(', ')}` }
}

function toNasId(text: string): string {
  return /^d-[0-9a-f]{10}$/.test(text) ? 'directoryId' : text
}

function readInteger(value: Uint8Array | undefined): number | null {
  return value?.length === 4 ? Buffer.from(value).readUInt32BE() : null
}

/** Requests show whether it is sent; whether it is required shows only when a reply lacks it. */
function inferMessageAuthenticator(chains: readonly Chain[]): KnobFinding {
  const knob = 'messageAuthenticator'
  const requests = chains.flatMap((chain) => chain.requests)
  const signed = requests.find(({ packet }) => packet.has(Type.MessageAuthenticator))
  if (requests.length === 0) return { knob, because: 'there is no request' }
  if (signed === undefined) {
    return { knob, value: 'none', because: 'no request has a Message-Authenticator' }
  }
  if (signed.packet.attributes[0]?.type === Type.MessageAuthenticator) {
    return {
      knob,
      value: 'send-require-first',
      because: 'Message-Authenticator is the first attribute of requests',
    }
  }
  const unsignedReplies = chains.flatMap(({ requests: own }) =>
    own.flatMap((request, index) =>
      request.replies
        .filter(({ packet }) => !packet.has(Type.MessageAuthenticator))
        .map(() => ({ isLast: index === own.length - 1 })),
    ),
  )
  if (unsignedReplies.some(({ isLast }) => !isLast)) {
    const because = 'a reply without Message-Authenticator was followed by another attempt'
    return { knob, value: 'send-and-require', because }
  }
  if (unsignedReplies.length > 0) {
    const because = 'a reply without Message-Authenticator ended a login'
    return { knob, value: 'send', because }
  }
  return {
    knob,
    value: 'send',
    because:
      'requests have a Message-Authenticator; capture replies without one to learn whether it is required',
  }
}

function inferChapChallenge(requests: readonly CapturedRequest[]): KnobFinding {
  const knob = 'chapChallenge'
  const chap = requests.find(({ packet }) => packet.has(Type.ChapPassword))
  if (chap === undefined) return { knob, because: 'no request uses CHAP' }
  return chap.packet.has(Type.ChapChallenge)
    ? { knob, value: 'attr60', because: 'requests have CHAP-Challenge' }
    : {
        knob,
        value: 'authenticator',
        because: 'requests have CHAP-Password without CHAP-Challenge',
      }
}

function inferEmptyMfa(logins: readonly CapturedRequest[]): KnobFinding {
  const knob = 'emptyMfa'
  const bare = logins.find((request) => protocolOf(request) === undefined)
  if (bare !== undefined) {
    return { knob, value: 'send-nothing', because: 'a request has no credential' }
  }
  return {
    knob,
    because:
      'credentials are hidden; sign in with an empty MFA field, and look for a request without one',
  }
}

function inferUserNameForm(logins: readonly CapturedRequest[]): KnobFinding {
  const knob = 'userNameForm'
  const names = [...new Set(logins.map(({ userName }) => userName))]
  const withDomain = names.filter((name) => name.includes('@'))
  if (withDomain.length > 0 && withDomain.length < names.length) {
    return { knob, value: 'as-typed', because: 'names with and without a domain were sent' }
  }
  return {
    knob,
    because:
      names.length === 0
        ? 'there is no login'
        : `all names are ${withDomain.length > 0 ? 'user@domain' : 'without a domain'}; sign in once with each form`,
  }
}
