import { errorText } from '../../host/error_text.ts'
import type { Knobs } from '../knobs/knob_table.ts'
import { type DirectoryType, defaultKnobs, parseKnobs } from '../knobs/knobs.ts'
import type { PrimaryAuthentication } from '../primary/primary.ts'
import { parseRadiusSettings, type RadiusSettings } from '../radius_settings/radius_settings.ts'
import { PacketCapture } from '../trace/packet_capture.ts'
import { Trace } from '../trace/trace.ts'
import { Controller, type ControllerAddresses } from './controller.ts'
import { DirectoryServiceError } from './directory_service_error.ts'
import { noStateStore, type RadiusState, type StateStore } from './directory_state.ts'
import type { LoginRequest, LoginResult } from './login.ts'
import { LoginProcess } from './login_process.ts'
import { explainProbe, isProbeGood } from './probe.ts'
import { ProbeRun } from './probe_run.ts'
import { findServers, type RadiusServer, type Resolve } from './radius_server.ts'
import { type Random, systemRandom } from './random.ts'
import { machineTiming, type Timing } from './timing.ts'

/** Identity of a directory, as DescribeDirectories shows it. */
export interface DirectoryIdentity {
  /** `d-` and ten hexadecimal digits. */
  readonly directoryId: string
  /** DNS name of the domain. */
  readonly name: string
  readonly shortName: string
  readonly type: DirectoryType
  /** When it was created, in milliseconds since 1970. */
  readonly launchTime: number
}

export interface DirectoryOptions {
  readonly identity: DirectoryIdentity
  /** At least two, each with an address of its own. */
  readonly controllers: readonly ControllerAddresses[]
  readonly primary: PrimaryAuthentication
  readonly knobs?: Knobs
  readonly store?: StateStore
  readonly timing?: Timing
  readonly random?: Random
  readonly resolve: Resolve
}

/** What `GET /sim/directory` shows. Never contains the shared secret. */
export interface DirectoryDescription extends Omit<DirectoryIdentity, 'shortName' | 'launchTime'> {
  readonly stage: 'Active'
  readonly controllers: readonly {
    readonly name: string
    readonly address: string
    readonly zone: string
  }[]
  readonly radius?: {
    readonly servers: readonly string[]
    readonly port: number
    /** Seconds. */
    readonly timeout: number
    readonly retries: number
    readonly protocol: string
    readonly label?: string
    readonly status: RadiusState['status']
    readonly since: number
    readonly lastProbe: RadiusState['lastProbe']
  }
  readonly knobs: Knobs
}

/**
 * A directory of AWS Directory Service as a RADIUS client: it checks passwords, asks RADIUS servers from two or more
 * controllers, and probes them when RADIUS is enabled.
 */
export class WorkspacesDirectory {
  readonly identity: DirectoryIdentity
  readonly trace: Trace
  readonly capture = new PacketCapture()
  readonly controllers: readonly Controller[]
  readonly timing: Timing
  readonly #options: DirectoryOptions
  readonly #random: Random
  readonly #store: StateStore
  readonly #logins: LoginProcess
  #knobs: Knobs
  #radius: RadiusState | undefined
  /** Addresses of the servers; reused if the knob `fqdn.resolve` is `at-enable`. */
  #servers: readonly RadiusServer[] | undefined
  #probeRuns = 0
  #probing: Promise<void> = Promise.resolve()
  #cancelPeriodic: () => void = () => {}
  readonly #closing = new AbortController()

  constructor(options: DirectoryOptions) {
    this.#options = options
    this.identity = options.identity
    this.timing = options.timing ?? machineTiming()
    this.#random = options.random ?? systemRandom
    this.#store = options.store ?? noStateStore
    this.#knobs = options.knobs ?? this.#store.loadKnobs() ?? defaultKnobs(options.identity.type)
    this.trace = new Trace(() => this.timing.now() + this.#knobs.faults.clockSkewMs)
    const host = {
      timing: this.timing,
      random: this.#random,
      trace: this.trace,
      capture: this.capture,
      faults: () => this.#knobs.faults,
      closing: this.#closing.signal,
    }
    this.controllers = options.controllers.map(
      (addresses, index) => new Controller(index, addresses, host),
    )
    this.#logins = new LoginProcess({
      ...host,
      identity: options.identity,
      controllers: this.controllers,
      primary: options.primary,
    })
  }

  get knobs(): Knobs {
    return this.#knobs
  }

  /** Changes knobs; those that are not given stay. @throws {KnobError} */
  setKnobs(changes: unknown): Knobs {
    this.#knobs = parseKnobs(changes, this.#knobs)
    this.#store.saveKnobs(this.#knobs)
    return this.#knobs
  }

  get radius(): RadiusState | undefined {
    return this.#radius
  }

  /** Reads the stored state. An interrupted probe is repeated. */
  start(): void {
    this.#radius = this.#store.loadRadius()
    if (this.#radius?.status === 'Creating') this.#probe(this.#radius.settings)
  }

  /** Sign-ins in progress are denied. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#cancelPeriodic()
    for (const controller of this.controllers) controller.close()
    await this.#options.primary.close()
  }

  describe(): DirectoryDescription {
    const { directoryId, name, type } = this.identity
    const radius = this.#radius
    return {
      directoryId,
      name,
      type,
      stage: 'Active',
      controllers: this.controllers.map(({ name: controller, addresses, zone }) => ({
        name: controller,
        address: addresses.address,
        zone,
      })),
      ...(radius === undefined ? {} : { radius: describeRadius(radius) }),
      knobs: this.#knobs,
    }
  }

  /**
   * Enables RADIUS: validates the settings, sets the status Creating and starts the probe.
   *
   * @param input `RadiusSettings` in AWS's words.
   * @throws {DirectoryServiceError}
   */
  enableRadius(input: Readonly<Record<string, unknown>> | RadiusSettings): void {
    this.#requireRadius()
    const settings = parsed(input)
    const status = this.#radius?.status
    if (status === 'Creating' || status === 'Completed') {
      throw new DirectoryServiceError(
        'EntityAlreadyExistsException',
        `RADIUS is already enabled for directory ${this.identity.directoryId}; use UpdateRadius`,
      )
    }
    this.#probe(settings)
  }

  /** Replaces the settings and probes again. @throws {DirectoryServiceError} */
  updateRadius(input: Readonly<Record<string, unknown>> | RadiusSettings): void {
    this.#requireRadius()
    const settings = parsed(input)
    if (this.#radius === undefined) {
      throw new DirectoryServiceError(
        'EntityDoesNotExistException',
        `RADIUS is not enabled for directory ${this.identity.directoryId}; use EnableRadius`,
      )
    }
    this.#probe(settings)
  }

  /** Removes the settings. @throws {DirectoryServiceError} */
  disableRadius(): void {
    this.#requireRadius()
    if (this.#radius === undefined) {
      throw new DirectoryServiceError(
        'EntityDoesNotExistException',
        `RADIUS is not enabled for directory ${this.identity.directoryId}`,
      )
    }
    this.#cancelPeriodic()
    this.#setRadius(undefined)
  }

  /** Resolves when no probe runs. */
  async probed(): Promise<void> {
    let current: Promise<void> | undefined
    while (current !== this.#probing) {
      current = this.#probing
      await current
    }
  }

  /** Signs a user in: password and RADIUS, in the order of the knobs. */
  login(request: LoginRequest): Promise<LoginResult> {
    return this.#logins.run(request, {
      knobs: this.#knobs,
      radius: this.#radius,
      servers: () => this.#findServers(),
    })
  }

  #requireRadius(): void {
    const { type, directoryId } = this.identity
    if (type !== 'SimpleAD') return
    throw new DirectoryServiceError(
      'ClientException',
      `RADIUS is not supported for directory ${directoryId}: it is a Simple AD directory`,
    )
  }

  #setRadius(state: RadiusState | undefined): void {
    this.#radius = state
    this.#store.saveRadius(state)
  }

  #probe(settings: RadiusSettings): void {
    this.#cancelPeriodic()
    this.#servers = undefined
    const state: RadiusState = {
      settings,
      status: 'Creating',
      since: this.timing.now(),
      lastProbe: [],
    }
    this.#setRadius(state)
    this.#probing = this.#runProbe(state)
  }

  async #runProbe(state: RadiusState): Promise<void> {
    const knobs = this.#knobs
    const users = knobs.probeUsers
    const user = users[this.#probeRuns++ % users.length] ?? ''
    const servers = await this.#findServers(state.settings)
    const run = new ProbeRun({
      timing: this.timing,
      random: this.#random,
      trace: this.trace,
      closing: this.#closing.signal,
      controllers: this.controllers,
      directoryId: this.identity.directoryId,
    })
    const lastProbe = await run.run(state.settings, servers, knobs, user)
    // settings may have changed meanwhile; then this probe is about the old ones
    if (this.#closing.signal.aborted || this.#radius?.settings !== state.settings) return
    const isGood = isProbeGood(lastProbe, knobs.probeRule)
    const status = isGood ? 'Completed' : 'Failed'
    this.trace.add({
      from: 'controller-1',
      to: 'controller-1',
      kind: 'probe',
      name: `status ${status}`,
      detail: isGood ? 'the probes were answered' : explainProbe(lastProbe),
      outcome: isGood ? 'ok' : 'error',
    })
    this.#setRadius({ settings: state.settings, status, since: this.timing.now(), lastProbe })
    this.#schedulePeriodic()
  }

  #schedulePeriodic(): void {
    const { periodicProbeMs } = this.#knobs
    const state = this.#radius
    if (periodicProbeMs === 0 || state === undefined) return
    this.#cancelPeriodic = this.timing.after(periodicProbeMs, () => {
      this.#probing = this.#runProbe(state)
    })
  }

  async #findServers(settings = this.#radius?.settings): Promise<readonly RadiusServer[]> {
    if (settings === undefined) return []
    const { fqdn } = this.#knobs
    if (fqdn.resolve === 'at-enable' && this.#servers !== undefined) return this.#servers
    const found = await findServers(
      settings,
      fqdn.addresses,
      this.#options.resolve,
      (name, error) => {
        this.trace.add({
          from: 'controller-1',
          to: 'domain',
          kind: 'radius',
          name: 'DNS',
          detail: `${name} has no address: ${errorText(error)}`,
          outcome: 'error',
        })
      },
    )
    this.#servers = found
    return found
  }
}

function parsed(input: Readonly<Record<string, unknown>> | RadiusSettings): RadiusSettings {
  const result = parseRadiusSettings({ ...input })
  if (result.ok) return result.settings
  const { problems } = result
  const count =
    problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`
  const texts = problems.map(({ field, message }) => {
    const path = `radiusSettings.${field.charAt(0).toLowerCase()}${field.slice(1)}`
    return `Value at '${path}' failed to satisfy constraint: ${message}`
  })
  throw new DirectoryServiceError(
    'InvalidParameterException',
    `${count} detected: ${texts.join('; ')}`,
  )
}

function describeRadius({
  settings,
  status,
  since,
  lastProbe,
}: RadiusState): NonNullable<DirectoryDescription['radius']> {
  return {
    servers: [...settings.RadiusServers, ...settings.RadiusServersIpv6],
    port: settings.RadiusPort,
    timeout: settings.RadiusTimeout,
    retries: settings.RadiusRetries,
    protocol: settings.AuthenticationProtocol,
    ...(settings.DisplayLabel === undefined ? {} : { label: settings.DisplayLabel }),
    status,
    since,
    lastProbe,
  }
}
