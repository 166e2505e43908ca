import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { calibrate, toKnobs } from '../../../src/workspaces/calibrate/calibration.ts'
import { client, startServer } from '../../rig/radius_peer.ts'
import { VirtualTiming } from '../../rig/virtual_timing.ts'
import { alice, settingsFor, testDirectory } from '../../rig/workspaces_directory.ts'

const twoServers = { RadiusServers: ['127.0.0.1', '127.0.0.2'], RadiusTimeout: 5, RadiusRetries: 1 }
const silent = { faults: { serverDown: ['*'] } }
const firstSilent = { faults: { serverDown: ['127.0.0.1'] } }

interface Experiment {
  readonly title: string
  readonly knobs: Readonly<Record<string, unknown>>
  readonly settings?: Readonly<Record<string, unknown>>
  /** Faults and other knobs that begin after the probe. */
  readonly later?: Readonly<Record<string, unknown>>
  /** Code of the replies to logins. */
  readonly code?: 3 | 11
  readonly messageAuthenticatorInReplies?: boolean
  readonly logins?: number
  /** Users that sign in; alice by default. */
  readonly users?: readonly string[]
  readonly mfaCode?: string
  readonly pauseMs?: number
  /** Capture begins with a silent network. */
  readonly silentProbe?: boolean
  /** Must be found; by default the knobs that were set. */
  readonly finds?: Readonly<Record<string, unknown>>
}

const experiments: readonly Experiment[] = [
  ...(['same-packet', 'new-id-same-auth', 'new-packet'] as const).flatMap((resend) =>
    (['server-major', 'round-major'] as const).map((schedule) => ({
      title: `resend ${resend}, schedule ${schedule}`,
      knobs: { resend, schedule, deadlineMs: 60_000 },
      settings: twoServers,
      later: silent,
      finds: { resend, schedule },
    })),
  ),
  ...(['per-login', 'per-controller', 'per-packet'] as const).flatMap((srcPort) =>
    (['same-packet', 'new-packet'] as const).map((resend) => ({
      title: `srcPort ${srcPort}, resend ${resend}`,
      knobs: { srcPort, resend, controllerPick: 'sticky-user' },
      settings: twoServers,
      later: silent,
      logins: 3,
      finds: { srcPort, resend },
    })),
  ),
  ...[30_000, 40_000, 60_000, 90_000].map((deadlineMs) => ({
    title: `deadlineMs ${deadlineMs}`,
    knobs: { deadlineMs },
    settings: { RadiusTimeout: 10, RadiusRetries: 10 },
    later: silent,
  })),
  ...[0, 30_000].map((deadServerMemoryMs) => ({
    title: `deadServerMemoryMs ${deadServerMemoryMs}`,
    knobs: { deadServerMemoryMs, controllerPick: 'sticky-user' },
    settings: { ...twoServers, RadiusTimeout: 2, RadiusRetries: 0 },
    later: firstSilent,
    logins: 5,
    pauseMs: 9000,
    finds: { deadServerMemoryMs },
  })),
  ...(['random', 'round-robin', 'sticky-user'] as const).map((controllerPick) => ({
    title: `controllerPick ${controllerPick}`,
    knobs: { controllerPick },
    logins: 12,
    users: ['alice', 'bob', 'carol', 'dave'],
    pauseMs: 3000,
  })),
  {
    title: 'names and attempts of silent probes',
    knobs: { probeUsers: ['nobody'], probeAttempts: 3, probeTimeout: 3000 },
    silentProbe: true,
  },
  {
    title: 'probes as patient as logins',
    knobs: { probeAttempts: 2, probeTimeout: 'settings' },
    settings: { RadiusTimeout: 7 },
    silentProbe: true,
    later: silent,
  },
  {
    title: 'periodic probes',
    knobs: { periodicProbeMs: 60_000 },
    logins: 2,
    pauseMs: 100_000,
  },
  {
    title: 'PAP probes of a directory with CHAP',
    knobs: { probeProtocol: 'PAP', chapChallenge: 'attr60' },
    settings: { AuthenticationProtocol: 'CHAP' },
  },
  {
    title: 'CHAP in the Request Authenticator',
    knobs: { probeProtocol: 'configured', chapChallenge: 'authenticator' },
    settings: { AuthenticationProtocol: 'CHAP' },
  },
  ...(['none', 'send', 'send-require-first'] as const).map((messageAuthenticator) => ({
    title: `messageAuthenticator ${messageAuthenticator}`,
    knobs: { messageAuthenticator },
  })),
  {
    title: 'messageAuthenticator send-and-require, with replies that have none',
    knobs: { messageAuthenticator: 'send-and-require', probeAttempts: 2 },
    messageAuthenticatorInReplies: false,
    finds: { messageAuthenticator: 'send-and-require' },
    logins: 0,
  },
  {
    title: 'attributes',
    knobs: {
      attrs: {
        nasIp: 'none',
        nasId: 'directoryId',
        nasPortType: 5,
        serviceType: 1,
        callingStation: 'clientIp',
      },
    },
  },
  {
    title: 'NAS-Identifier of its own',
    knobs: {
      attrs: {
        nasIp: 'controller',
        nasId: 'AWS',
        nasPortType: null,
        serviceType: null,
        callingStation: 'none',
      },
    },
  },
  ...(['fail-now', 'ignore-until-timeout'] as const).map((onChallenge) => ({
    title: `onChallenge ${onChallenge}`,
    knobs: { onChallenge },
    code: 11 as const,
  })),
  { title: 'an absent credential', knobs: { emptyMfa: 'send-nothing' }, mfaCode: '' },
  {
    title: 'names as typed',
    knobs: { userNameForm: 'as-typed' },
    users: ['alice', 'alice@corp.example.com'],
    logins: 2,
  },
]

/** Runs an experiment. @returns The knobs that its capture settles. */
async function capture(experiment: Experiment): Promise<Readonly<Record<string, unknown>>> {
  const { knobs, settings = {}, later = {}, code = 3, users = [alice.username] } = experiment
  const retries = settings.RadiusRetries === 10 ? { retries: 10 } : {}
  const entry = client({
    messageAuthenticatorInReplies: experiment.messageAuthenticatorInReplies ?? true,
  })
  const options = {
    clients: [entry],
    answer: async ({ username = '' }: { readonly username?: string | undefined }) => ({
      code: username.startsWith('fake') ? (3 as const) : code,
      attributes: [],
    }),
  }
  const first = await startServer(options)
  const { port } = first.address
  const second = await startServer({ ...options, place: { address: '127.0.0.2', port } })
  const timing = new VirtualTiming()
  const directory = testDirectory(knobs, { timing })
  try {
    if (experiment.silentProbe === true) {
      directory.setKnobs(silent)
      directory.enableRadius(settingsFor(port, settings))
      await directory.probed()
      await passes(timing, 60_000)
      directory.setKnobs({ faults: { serverDown: [] } })
      directory.updateRadius(settingsFor(port, settings))
    } else directory.enableRadius(settingsFor(port, settings))
    await directory.probed()
    directory.setKnobs(later)
    for (let login = 0; login < (experiment.logins ?? 1); login++) {
      const username = users[login % users.length] ?? ''
      const { password } = alice
      const { mfaCode = '123456' } = experiment
      await directory.login({ username, password, mfaCode, clientIp: '192.0.2.7' })
      await passes(timing, experiment.pauseMs ?? 60_000)
    }
    return toKnobs(calibrate(directory.capture.toPcap(), retries))
  } finally {
    await directory.close()
    await Promise.all([first.close(), second.close()])
  }
}

function passes(timing: VirtualTiming, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    timing.after(milliseconds, resolve)
  })
}

describe('a capture of the simulator gives back the knobs it ran with', () => {
  for (const experiment of experiments) {
    test(experiment.title, async () => {
      const found = await capture(experiment)
      const expected = experiment.finds ?? experiment.knobs
      assert.deepEqual(
        Object.fromEntries(Object.keys(expected).map((knob) => [knob, found[knob]])),
        expected,
      )
    })
  }
})
