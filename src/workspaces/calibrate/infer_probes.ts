import type { Chain } from './chain.ts'
import { observeSettings, pausesOf, serverOf } from './infer_attempts.ts'
import { protocolOf } from './infer_packets.ts'
import type { KnobFinding } from './knob_finding.ts'
import { median, roundTime } from './observed_time.ts'

/** Probes of all controllers at one moment. */
const sameRunMs = 2000
const maxJitter = 0.05

/** What the probes say: requests for the same user from several controllers at once. */
export function inferFromProbes(chains: readonly Chain[]): KnobFinding[] {
  const probes = chains.filter(({ kind }) => kind === 'probe')
  const logins = chains.filter(({ kind }) => kind === 'login')
  if (probes.length === 0) {
    const because = 'there is no probe; capture while RADIUS is enabled'
    return (
      ['probeUsers', 'probeProtocol', 'probeTimeout', 'probeAttempts', 'periodicProbeMs'] as const
    ).map((knob) => ({ knob, because }))
  }
  return [
    {
      knob: 'probeUsers',
      value: [...new Set(probes.map(({ userName }) => userName))],
      because: `${probes.length} probes were seen`,
    },
    inferProtocol(probes, logins),
    ...inferPatience(probes, chains),
    inferPeriod(probes),
  ]
}

function inferProtocol(probes: readonly Chain[], logins: readonly Chain[]): KnobFinding {
  const knob = 'probeProtocol'
  const protocols = (some: readonly Chain[]) =>
    new Set(some.map(({ requests: [request] }) => protocolOf(request)))
  const ofProbes = protocols(probes)
  const ofLogins = protocols(logins)
  ofLogins.delete(undefined)
  const isPapOnly = ofProbes.size === 1 && ofProbes.has('PAP')
  if (!isPapOnly) return { knob, value: 'configured', because: 'probes do not use PAP' }
  if (ofLogins.size > 0 && !ofLogins.has('PAP')) {
    return { knob, value: 'PAP', because: 'probes use PAP, and logins do not' }
  }
  return { knob, because: 'probes and logins use PAP; capture with another protocol' }
}

/** Only probes without a reply show how long they wait, and how often they ask. */
function inferPatience(probes: readonly Chain[], all: readonly Chain[]): KnobFinding[] {
  const silent = probes.filter(({ isAnswered }) => !isAnswered)
  if (silent.length === 0) {
    const because = 'every probe was answered; capture one with a silent server'
    return [
      { knob: 'probeTimeout', because },
      { knob: 'probeAttempts', because },
    ]
  }
  const attempts = silent.map(({ requests }) => {
    const perServer = [...Map.groupBy(requests, serverOf).values()]
    return Math.max(...perServer.map(({ length }) => length))
  })
  const value = Math.max(...attempts)
  const found: KnobFinding = {
    knob: 'probeAttempts',
    value,
    because: `a server that did not answer got ${value} packets`,
  }
  const pauses = silent.flatMap(({ requests }) => pausesOf(requests))
  if (pauses.length === 0) {
    const because = 'a probe sends one packet, so that its timeout is not seen'
    return [{ knob: 'probeTimeout', because }, found]
  }
  const timeoutMs = roundTime(median(pauses))
  const { timeouts } = observeSettings(all)
  const isConfigured = timeouts.includes(timeoutMs / 1000)
  return [
    {
      knob: 'probeTimeout',
      value: isConfigured ? 'settings' : timeoutMs,
      because: `a probe asked again after ${timeoutMs} ms${isConfigured ? ', as logins do' : ''}`,
    },
    found,
  ]
}

/** Three runs at equal intervals are periodic; two may be an update of the settings. */
function inferPeriod(probes: readonly Chain[]): KnobFinding {
  const knob = 'periodicProbeMs'
  const starts = probes.map(({ requests: [first] }) => first.atMs).sort((one, other) => one - other)
  const runs = starts.filter(
    (atMs, index) => index === 0 || atMs - (starts[index - 1] ?? 0) > sameRunMs,
  )
  const intervals = runs.slice(1).map((atMs, index) => atMs - (runs[index] ?? 0))
  if (intervals.length < 2) {
    return { knob, because: `${runs.length} runs of probes; three at equal intervals are periodic` }
  }
  const middle = median(intervals)
  const isRegular = intervals.every((interval) => Math.abs(interval - middle) <= middle * maxJitter)
  if (!isRegular) return { knob, value: 0, because: 'probes come at irregular times' }
  const value = roundTime(middle)
  return { knob, value, because: `${runs.length} runs of probes, every ${value} ms` }
}
