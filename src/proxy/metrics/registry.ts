import { Counter, Gauge, Registry } from 'prom-client'
import type { ServerCounters } from '../../radius/udp/counters.ts'
import { findHealth } from '../control/health.ts'
import type { ReloadCounts, WorkerStatus } from '../control/proxy_status.ts'
import type { ReportSource } from '../report/reporter.ts'
import type { SignInCounters } from '../second_factor/sign_in_counters.ts'

/** What is counted in a running proxy. The properties are read for each scrape. */
export interface MetricsSource {
  readonly version: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** When the configuration in force was loaded, in milliseconds since 1970. */
  readonly loadedAt: number
  readonly reloads: ReloadCounts
  readonly sections: readonly ReportSource[]
  /** By section, also of sections that are gone. */
  readonly signIns: ReadonlyMap<string, SignInCounters>
  readonly isPrimaryOnly: boolean
  /** Resident memory of all processes of the proxy. */
  readonly residentBytes: number
  /** None if one process serves everything. */
  readonly workers: readonly Pick<WorkerStatus, 'number' | 'restarts'>[]
  /** Brings all of it up to date. */
  refresh(): Promise<void>
}

/** A registry with every metric whose value the proxy keeps anyway. */
export function createRegistry(source: MetricsSource): Registry {
  const registry = new Registry()
  addProcess(registry, source)
  addSections(registry, source)
  addLogins(registry, source)
  addJoinedRequests(registry, source)
  addPrimaryOnly(registry, source)
  addRequests(registry, source)
  addClients(registry, source)
  return registry
}

function addProcess(registry: Registry, source: MetricsSource): void {
  const registers = [registry]
  new Gauge({
    name: 'countersign_proxy_build_info',
    help: '1, with the version of the program and of Node.js',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version: source.version, node: process.versions.node }, 1)
  new Gauge({
    name: 'countersign_proxy_start_time_seconds',
    help: 'When the proxy started, in seconds since 1970',
    registers,
  }).set(source.startedAt / 1000)
  new Gauge({
    name: 'countersign_proxy_resident_memory_bytes',
    help: 'Resident memory of the process, or of all its workers and itself',
    registers,
    collect() {
      this.set(source.residentBytes)
    },
  })
  new Counter({
    name: 'countersign_proxy_worker_restarts_total',
    help: 'How often a worker was restarted because it ended, hung, or did not become ready',
    labelNames: ['worker'],
    registers,
    collect() {
      this.reset()
      for (const { number, restarts } of source.workers) {
        this.inc({ worker: String(number) }, restarts)
      }
    },
  })
  new Counter({
    name: 'countersign_proxy_config_reloads_total',
    help: 'Reloads of the configuration, by result; refused ones changed nothing',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset()
      this.inc({ result: 'success' }, source.reloads.succeeded)
      this.inc({ result: 'failure' }, source.reloads.failed)
    },
  })
  new Gauge({
    name: 'countersign_proxy_config_last_reload_successful',
    help: 'Whether the last reload succeeded; 1 if there was none',
    registers,
    collect() {
      this.set(source.reloads.last?.ok === false ? 0 : 1)
    },
  })
  new Gauge({
    name: 'countersign_proxy_config_loaded_timestamp_seconds',
    help: 'When the configuration in force was loaded, in seconds since 1970',
    registers,
    collect() {
      this.set(source.loadedAt / 1000)
    },
  })
}

function addSections(registry: Registry, source: MetricsSource): void {
  const registers = [registry]
  new Gauge({
    name: 'countersign_proxy_healthy',
    help: 'Whether /healthz answers 200',
    registers,
    collect() {
      this.set(findHealth(source.sections).ok ? 1 : 0)
    },
  })
  new Gauge({
    name: 'countersign_proxy_listening',
    help: 'Whether the section listens',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const { section, isListening } of source.sections) {
        this.set({ section: section.name }, isListening ? 1 : 0)
      }
    },
  })
  new Gauge({
    name: 'countersign_proxy_api_usable',
    help: 'Whether the last check of the API was answered and accepted the keys',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const { section, activity } of source.sections) {
        if (activity.apiState === undefined) continue
        this.set({ section: section.name }, activity.apiState.kind === 'usable' ? 1 : 0)
      }
    },
  })
  new Gauge({
    name: 'countersign_proxy_api_certificate_expiry_timestamp_seconds',
    help: 'When the certificate of the API, and the first of its authorities, expire',
    labelNames: ['section', 'certificate'],
    registers,
    collect() {
      this.reset()
      for (const { section, api } of source.sections) {
        const { service, authority } = api.certificateExpiry ?? {}
        const labels = { section: section.name }
        if (service !== undefined) this.set({ ...labels, certificate: 'service' }, service / 1000)
        if (authority !== undefined) {
          this.set({ ...labels, certificate: 'authority' }, authority / 1000)
        }
      }
    },
  })
}

function addLogins(registry: Registry, source: MetricsSource): void {
  const registers = [registry]
  new Gauge({
    name: 'countersign_proxy_pending_logins',
    help: 'Logins in progress, most of which wait for their user',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const { section, pending } of source.sections)
        this.set({ section: section.name }, pending)
    },
  })
  new Gauge({
    name: 'countersign_proxy_waiting_logins',
    help: 'Logins whose push or call waits for the user; api_max_waiting is the limit',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const { section, api } of source.sections) {
        this.set({ section: section.name }, api.waiting.size)
      }
    },
  })
  new Gauge({
    name: 'countersign_proxy_message_connections',
    help: 'Open message connections to the API; 0 if each call is a request of its own',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const { section, api } of source.sections) {
        this.set({ section: section.name }, api.messages.connections)
      }
    },
  })
  new Gauge({
    name: 'countersign_proxy_open_messages',
    help: 'Calls on message connections that have no answer yet',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const { section, api } of source.sections) {
        this.set({ section: section.name }, api.messages.open)
      }
    },
  })
  new Counter({
    name: 'countersign_proxy_too_many_waiting_total',
    help: 'Logins rejected as busy because api_max_waiting was reached',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const [section, { tooManyWaiting }] of source.signIns) {
        this.inc({ section }, tooManyWaiting)
      }
    },
  })
  new Counter({
    name: 'countersign_proxy_logins_total',
    help: 'Decided logins, by result',
    labelNames: ['section', 'result'],
    registers,
    collect() {
      this.reset()
      for (const { section, activity } of source.sections) {
        for (const [result, count] of Object.entries(activity.logins)) {
          this.inc({ section: section.name, result }, count)
        }
      }
    },
  })
  new Counter({
    name: 'countersign_proxy_unanswered_total',
    help: 'Logins that the API did not answer, by outcome; failmode=safe accepted fail_open',
    labelNames: ['section', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const [section, { failOpens, failClosed, busy }] of source.signIns) {
        this.inc({ section, outcome: 'fail_open' }, failOpens)
        this.inc({ section, outcome: 'fail_closed' }, failClosed)
        this.inc({ section, outcome: 'busy' }, busy)
      }
    },
  })
}

function addJoinedRequests(registry: Registry, source: MetricsSource): void {
  const registers = [registry]
  new Counter({
    name: 'countersign_proxy_joined_requests_total',
    help: 'Requests that joined a login in progress, so that its user saw one push: retransmissions, and retries with new packets (retry_timeout)',
    labelNames: ['section', 'request'],
    registers,
    collect() {
      this.reset()
      for (const { section, counters } of source.sections) {
        const retransmissions = counters?.duplicatesInProgress ?? 0
        this.inc({ section: section.name, request: 'retransmission' }, retransmissions)
      }
      for (const [section, { joinedRetransmissions, joinedRetries }] of source.signIns) {
        this.inc({ section, request: 'retransmission' }, joinedRetransmissions)
        this.inc({ section, request: 'retry' }, joinedRetries)
      }
    },
  })
  new Counter({
    name: 'countersign_proxy_competing_retries_total',
    help: 'Retries that two requests competed for, so that each became a login of its own',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const [section, { competingRetries }] of source.signIns) {
        this.inc({ section }, competingRetries)
      }
    },
  })
  new Counter({
    name: 'countersign_proxy_unclaimed_approvals_total',
    help: 'Approvals that let nobody in, because the client had given up every request',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const [section, { unclaimedApprovals }] of source.signIns) {
        this.inc({ section }, unclaimedApprovals)
      }
    },
  })
}

function addPrimaryOnly(registry: Registry, source: MetricsSource): void {
  const registers = [registry]
  new Gauge({
    name: 'countersign_proxy_primary_only',
    help: '1 while primary-only mode is on: nobody is asked for a second factor',
    registers,
    collect() {
      this.set(source.isPrimaryOnly ? 1 : 0)
    },
  })
  new Counter({
    name: 'countersign_proxy_primary_only_total',
    help: 'Logins decided in primary-only mode, without a second factor, by outcome',
    labelNames: ['section', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const [section, counts] of source.signIns) {
        this.inc({ section, outcome: 'accepted' }, counts.primaryOnlyAccepted)
        this.inc({ section, outcome: 'rejected' }, counts.primaryOnlyRejected)
      }
    },
  })
}

function addRequests(registry: Registry, source: MetricsSource): void {
  const registers = [registry]
  const counters = (): [section: string, counters: ServerCounters][] =>
    source.sections.flatMap(({ section, counters: found }) =>
      found === undefined ? [] : [[section.name, found]],
    )
  new Counter({
    name: 'countersign_proxy_replies_total',
    help: 'RADIUS replies to logins, by code',
    labelNames: ['section', 'code'],
    registers,
    collect() {
      this.reset()
      for (const [section, { accepts, rejects, challenges }] of counters()) {
        this.inc({ section, code: 'accept' }, accepts)
        this.inc({ section, code: 'reject' }, rejects)
        this.inc({ section, code: 'challenge' }, challenges)
      }
    },
  })
  new Counter({
    name: 'countersign_proxy_duplicates_total',
    help: 'Retransmitted requests: of a login in progress, or answered with the same reply',
    labelNames: ['section', 'state'],
    registers,
    collect() {
      this.reset()
      for (const [section, { duplicatesInProgress, duplicatesAnswered }] of counters()) {
        this.inc({ section, state: 'in_progress' }, duplicatesInProgress)
        this.inc({ section, state: 'answered' }, duplicatesAnswered)
      }
    },
  })
  new Counter({
    name: 'countersign_proxy_status_server_total',
    help: 'Answered Status-Server requests (RFC 5997)',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const [section, { statusServers }] of counters()) this.inc({ section }, statusServers)
    },
  })
  new Counter({
    name: 'countersign_proxy_dropped_total',
    help: 'Datagrams without a reply, by reason',
    labelNames: ['section', 'reason'],
    registers,
    collect() {
      this.reset()
      for (const [section, { dropped, kernelDrops }] of counters()) {
        for (const [reason, count] of Object.entries(dropped)) this.inc({ section, reason }, count)
        this.inc({ section, reason: 'receive-buffer-full' }, kernelDrops)
      }
    },
  })
}

function addClients(registry: Registry, source: MetricsSource): void {
  const registers = [registry]
  new Gauge({
    name: 'countersign_proxy_latched_addresses',
    help: 'Addresses from which message_authenticator=auto requires a Message-Authenticator now',
    labelNames: ['section'],
    registers,
    collect() {
      this.reset()
      for (const { section, latched } of source.sections) {
        this.set({ section: section.name }, latched.length)
      }
    },
  })
  new Counter({
    name: 'countersign_proxy_previous_secret_requests_total',
    help: 'Requests with a secret that is being replaced, by client',
    labelNames: ['section', 'client'],
    registers,
    collect() {
      this.reset()
      for (const { section, activity } of source.sections) {
        for (const entry of section.radiusClients) {
          if (entry.previousSecret === undefined) continue
          const count = activity.client(entry)?.withPreviousSecret ?? 0
          this.inc({ section: section.name, client: entry.name }, count)
        }
      }
    },
  })
}
