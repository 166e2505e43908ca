import { Code } from '../../radius/index.ts'
import type { Chain } from './chain.ts'
import type { KnobFinding } from './knob_finding.ts'
import { chooseRound, median, roundTime, type TimeBounds } from './observed_time.ts'
import type { CapturedRequest } from './radius_capture.ts'

/** Settings of the directory that the timing of attempts shows; they are no knobs. */
export interface ObservedSettings {
  /** Seconds between attempts, if there were any; the values seen. */
  readonly timeouts: readonly number[]
  /** Attempts at one server after the first one: at least. */
  readonly minRetries: number | undefined
  readonly servers: readonly string[]
}

/** What the sequence of attempts of logins says. */
export function inferFromAttempts(chains: readonly Chain[], retries?: number): KnobFinding[] {
  const logins = chains.filter(({ kind }) => kind === 'login')
  const servers = new Set(chains.flatMap(({ requests }) => requests.map(serverOf)))
  return [
    inferSchedule(logins, servers.size),
    inferResend(logins),
    inferSourcePort(chains),
    inferDeadline(logins, servers.size, retries ?? observeSettings(chains).minRetries),
    inferDeadServerMemory(logins),
    inferChallenge(logins),
  ]
}

export function observeSettings(chains: readonly Chain[]): ObservedSettings {
  const logins = chains.filter(({ kind }) => kind === 'login')
  const repeated = logins.filter(({ requests }) => requests.length > 1)
  const attempts = repeated.flatMap(({ requests }) =>
    [...Map.groupBy(requests, serverOf).values()].map(({ length }) => length),
  )
  const timeouts = repeated.map(({ requests }) => roundTime(median(pausesOf(requests))) / 1000)
  return {
    timeouts: [...new Set(timeouts)].sort((one, other) => one - other),
    minRetries: attempts.length === 0 ? undefined : Math.max(...attempts) - 1,
    servers: [...new Set(chains.flatMap(({ requests }) => requests.map(serverOf)))],
  }
}

function inferSchedule(logins: readonly Chain[], serverCount: number): KnobFinding {
  const knob = 'schedule'
  for (const { requests } of logins) {
    const servers = requests.map(serverOf)
    const [first, second, ...rest] = servers
    if (second === undefined) continue
    if (first === second && serverCount > 1) {
      return { knob, value: 'server-major', because: `the second attempt went to ${second} again` }
    }
    if (first !== second && first !== undefined && rest.includes(first)) {
      const because = `attempts went to ${servers.join(', ')}`
      return { knob, value: 'round-major', because }
    }
  }
  return {
    knob,
    because: 'it takes a login with two silent servers and at least one retry',
  }
}

function inferResend(logins: readonly Chain[]): KnobFinding {
  const knob = 'resend'
  for (const { requests } of logins) {
    const [first, second] = requests
    if (second === undefined) continue
    if (Buffer.compare(first.packet.octets, second.packet.octets) === 0) {
      return { knob, value: 'same-packet', because: 'a later attempt has the same octets' }
    }
    if (Buffer.compare(first.packet.authenticator, second.packet.authenticator) === 0) {
      const because = 'a later attempt has another Identifier and the same Request Authenticator'
      return { knob, value: 'new-id-same-auth', because }
    }
    return {
      knob,
      value: 'new-packet',
      because: 'a later attempt has another Request Authenticator',
    }
  }
  return { knob, because: 'no login needed a second attempt; capture one with a silent server' }
}

function inferSourcePort(chains: readonly Chain[]): KnobFinding {
  const knob = 'srcPort'
  const repeated = chains.filter(({ requests }) => requests.length > 1)
  const changes = repeated.find(({ requests }) => new Set(requests.map(portOf)).size > 1)
  if (changes !== undefined) {
    return { knob, value: 'per-packet', because: 'attempts of one login come from different ports' }
  }
  for (const own of Map.groupBy(chains, ({ controller }) => controller).values()) {
    if (own.length < 2) continue
    const ports = new Set(own.map(({ requests: [request] }) => portOf(request)))
    if (ports.size < own.length) {
      return { knob, value: 'per-controller', because: 'several logins come from the same port' }
    }
    if (repeated.length > 0) {
      const because = 'attempts of a login share a port, and logins do not'
      return { knob, value: 'per-login', because }
    }
  }
  return {
    knob,
    because: 'it takes two logins of one controller, and one with several attempts',
  }
}

/** The deadline is after the start of the last attempt, and not after the start of the one that was left out. */
function inferDeadline(
  logins: readonly Chain[],
  serverCount: number,
  retries: number | undefined,
): KnobFinding {
  const knob = 'deadlineMs'
  const bounds: TimeBounds[] = []
  let longest = 0
  for (const { requests, isAnswered } of logins) {
    if (isAnswered || requests.length < 2 || retries === undefined) continue
    const last = (requests.at(-1)?.atMs ?? 0) - requests[0].atMs
    longest = Math.max(longest, last)
    if (requests.length >= (retries + 1) * serverCount) continue
    bounds.push({
      above: roundTime(last),
      upTo: roundTime(last) + roundTime(median(pausesOf(requests))),
    })
  }
  if (bounds.length === 0) {
    const more = longest > 0 ? `; it is more than ${roundTime(longest)} ms` : ''
    return { knob, because: `no login was cut off before all its attempts${more}` }
  }
  const above = Math.max(longest, ...bounds.map((bound) => bound.above))
  const upTo = Math.min(...bounds.map((bound) => bound.upTo))
  if (above >= upTo) return { knob, because: 'logins were cut off at different times' }
  const because = `no attempt was made after ${above} to ${upTo} ms`
  return { knob, value: chooseRound({ above, upTo }), because }
}

/** Whether the next login of a controller begins with another server than the one that was silent before. */
function inferDeadServerMemory(logins: readonly Chain[]): KnobFinding {
  const knob = 'deadServerMemoryMs'
  let above = -1
  let upTo = Number.POSITIVE_INFINITY
  for (const own of Map.groupBy(logins, ({ controller }) => controller).values()) {
    let silent: { readonly server: string; readonly since: number } | undefined
    for (const { requests } of own) {
      const [first] = requests
      if (silent !== undefined) {
        const sinceMs = first.atMs - silent.since
        if (serverOf(first) === silent.server) upTo = Math.min(upTo, sinceMs)
        else above = Math.max(above, sinceMs)
      }
      const other = requests.find((request) => serverOf(request) !== serverOf(first))
      if (other !== undefined) silent = { server: serverOf(first), since: other.atMs }
    }
  }
  if (above < 0 && upTo < 60_000) {
    return { knob, value: 0, because: 'the next login began with the silent server again' }
  }
  if (above < 0) return { knob, because: 'no login followed soon after a silent server' }
  if (upTo === Number.POSITIVE_INFINITY) {
    return {
      knob,
      value: chooseRound({ above, upTo: Math.max(10_000, above * 2) }),
      because: `a silent server came last ${Math.round(above)} ms later; the end was not seen`,
    }
  }
  const because = `a silent server came last ${Math.round(above)} ms later, and first again after ${Math.round(upTo)} ms`
  return { knob, value: chooseRound({ above, upTo }), because }
}

function inferChallenge(logins: readonly Chain[]): KnobFinding {
  const knob = 'onChallenge'
  for (const { requests } of logins) {
    const at = requests.findIndex(({ replies }) =>
      replies.some(({ packet }) => packet.code === Code.AccessChallenge),
    )
    if (at < 0) continue
    return at < requests.length - 1
      ? { knob, value: 'ignore-until-timeout', because: 'a challenge was followed by an attempt' }
      : { knob, value: 'fail-now', because: 'nothing followed a challenge' }
  }
  return { knob, because: 'no challenge was sent; answer one login with a challenge' }
}

export function pausesOf(requests: readonly CapturedRequest[]): number[] {
  return requests.slice(1).map(({ atMs }, index) => atMs - (requests[index]?.atMs ?? atMs))
}

export function serverOf({ server }: CapturedRequest): string {
  return server.address
}

function portOf({ source }: CapturedRequest): number {
  return source.port
}
