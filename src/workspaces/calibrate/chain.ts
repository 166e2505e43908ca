import { Code, Type } from '../../radius/index.ts'
import { knobTable } from '../knobs/knob_table.ts'
import type { CapturedRequest } from './radius_capture.ts'

/** The requests of one login, or of one probe, of one controller. */
export interface Chain {
  /** Address of the controller. */
  readonly controller: string
  readonly userName: string
  readonly kind: 'probe' | 'login'
  /** In their order; at least one. */
  readonly requests: readonly [CapturedRequest, ...CapturedRequest[]]
  /** Whether an accept or a reject ended it. */
  readonly isAnswered: boolean
}

/** AWS's longest timeout is 50 s, so that a longer pause means a new login. */
const maxPauseMs = 52_000
/** Controllers probe at the same moment. */
const probeWindowMs = 2000
const knownProbeUsers: readonly string[] = knobTable.probeUsers.default

type OpenChain = Omit<Chain, 'kind' | 'requests'> & {
  readonly requests: [CapturedRequest, ...CapturedRequest[]]
}

/**
 * Groups requests into logins and probes. Requests of one user from one controller belong together until a reply or a
 * long pause. What two controllers ask for the same user at the same moment is a probe; a user signs in through one.
 *
 * @param requests In the order of their time.
 */
export function groupChains(requests: readonly CapturedRequest[]): Chain[] {
  const chains: OpenChain[] = []
  for (const request of requests) {
    const chain = chains.findLast((candidate) => continues(request, candidate))
    if (chain === undefined) {
      const { userName } = request
      chains.push({
        controller: request.source.address,
        userName,
        requests: [request],
        isAnswered: hasVerdict(request),
      })
    } else {
      chain.requests.push(request)
      chains[chains.indexOf(chain)] = {
        ...chain,
        isAnswered: chain.isAnswered || hasVerdict(request),
      }
    }
  }
  return chains.map((chain) => ({ ...chain, kind: isProbe(chain, chains) ? 'probe' : 'login' }))
}

/** Probes of several servers start together and overlap, so that a reply from one server ends only its own part. */
function continues(request: CapturedRequest, chain: OpenChain): boolean {
  const last = chain.requests.at(-1) ?? chain.requests[0]
  if (chain.controller !== request.source.address) return false
  if (chain.userName !== request.userName || request.atMs - last.atMs > maxPauseMs) return false
  const [first] = chain.requests
  const isAtOnce = request.atMs - first.atMs < 20 && request.server.address !== last.server.address
  if (isAtOnce) return false
  const isAnswered = chain.requests.some((earlier) => wasAnsweredBefore(earlier, request.atMs))
  return !isAnswered || wasIgnored(last, request)
}

/** Whether a controller asked again from the same port because the reply had no Message-Authenticator. */
function wasIgnored({ packet, replies, source }: CapturedRequest, next: CapturedRequest): boolean {
  if (!packet.has(Type.MessageAuthenticator) || next.source.port !== source.port) return false
  return replies.every((reply) => !reply.packet.has(Type.MessageAuthenticator))
}

function wasAnsweredBefore({ replies }: CapturedRequest, atMs: number): boolean {
  return replies.some((reply) => isVerdict(reply.packet.code) && reply.atMs <= atMs)
}

function hasVerdict({ replies }: CapturedRequest): boolean {
  return replies.some(({ packet }) => isVerdict(packet.code))
}

function isVerdict(code: number): boolean {
  return code === Code.AccessAccept || code === Code.AccessReject
}

function isProbe(chain: OpenChain, all: readonly OpenChain[]): boolean {
  if (knownProbeUsers.includes(chain.userName)) return true
  const [{ atMs }] = chain.requests
  return all.some(
    (other) =>
      other.userName === chain.userName &&
      other.controller !== chain.controller &&
      Math.abs(other.requests[0].atMs - atMs) < probeWindowMs,
  )
}
