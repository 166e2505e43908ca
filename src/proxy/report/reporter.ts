import type { CertificateExpiry } from '../../duo/https/certificate_expiry.ts'
import type { ProxyReport } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import { errorText } from '../../host/error_text.ts'
import type { Log } from '../../host/log.ts'
import { ServerCounters } from '../../radius/udp/counters.ts'
import type { SignedSource } from '../../radius/udp/signed_sources.ts'
import type { ServerSection } from '../sections/proxy_config.ts'
import { buildReport, type ReportingProcess, type SectionToReport } from './build_report.ts'
import { DropTimes } from './drop_times.ts'
import type { SectionActivity } from './section_activity.ts'

/** The API of a section. */
export interface ReportApi {
  /** Whether the API offers to take reports. */
  readonly takesReports: boolean
  readonly certificateExpiry: CertificateExpiry | undefined
  /** Calls that wait for their users. */
  readonly waiting: { readonly size: number }
  /** Its message connections, and the messages on them without an answer. */
  readonly messages: { readonly connections: number; readonly open: number }
  report(report: ProxyReport, signal: AbortSignal): Promise<void>
}

/** A section that is being served. */
export interface ReportSource {
  readonly section: ServerSection
  readonly transport: 'UDP' | 'TCP'
  /** The local address. */
  readonly address: string
  readonly port: number
  readonly isListening: boolean
  /** Logins in progress, of this and of earlier configurations. */
  readonly pending: number
  /** Addresses from which `auto` requires a Message-Authenticator. */
  readonly latched: readonly SignedSource[]
  /** Of its RADIUS server. */
  readonly counters: ServerCounters | undefined
  readonly activity: SectionActivity
  readonly api: ReportApi
}

export interface ReporterOptions {
  /** The sections as of now. */
  readonly sources: () => readonly ReportSource[]
  readonly process: ReportingProcess
  readonly clock: Clock
  readonly log: Log
  /** Between two reports; by default 30 s. */
  readonly intervalMs?: number
}

/** The sections of one application at one API. */
interface Application {
  /** When its last report was sent, by `performance.now()`. */
  sentAt: number
  /** `news` of its sections, as of the last report. */
  news: number
  isSending: boolean
  /** Why reports fail; logged once. */
  problem: string | undefined
}

const defaultIntervalMs = 30_000
/** How often it looks for an API that offers to take reports. */
const lookMs = 1_000
/**
 * News are reported this soon, so that a page that shows the first packet of a directory is live. Only an
 * address that was silent is news, so a busy proxy reports no more often than a quiet one.
 */
const newsMs = 3_000

/**
 * Reports to every API that offers it. Nothing waits for a report, and a failure only means that the next
 * one is sent later.
 */
export class Reporter {
  readonly #options: ReporterOptions
  readonly #intervalMs: number
  readonly #startedMs = performance.now()
  readonly #applications = new Map<string, Application>()
  readonly #dropTimes = new Map<string, DropTimes>()
  readonly #stopping = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #sending = new Set<Promise<void>>()

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#intervalMs = options.intervalMs ?? defaultIntervalMs
    const everyMs = Math.min(lookMs, this.#intervalMs)
    this.#timer = setInterval(() => this.#look(), everyMs).unref()
  }

  /** Aborts a report in progress. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#stopping.abort()
    await Promise.all(this.#sending)
  }

  #look(): void {
    try {
      const groups = Map.groupBy(
        this.#options.sources().filter(({ isListening }) => isListening),
        toKey,
      )
      for (const [key, sources] of groups) this.#reportIfDue(key, sources)
      for (const key of this.#applications.keys()) {
        if (!groups.has(key)) this.#applications.delete(key)
      }
    } catch (error) {
      // a mistake in a report must not end the proxy
      this.#options.log.error('a report could not be built', { error: String(error) })
    }
  }

  #reportIfDue(key: string, sources: readonly ReportSource[]): void {
    const taker = sources.find(({ api }) => api.takesReports)
    if (taker === undefined) return
    const application = this.#applications.get(key) ?? {
      sentAt: Number.NEGATIVE_INFINITY,
      news: 0,
      isSending: false,
      problem: undefined,
    }
    this.#applications.set(key, application)
    const nowMs = performance.now()
    const news = sources.reduce((sum, source) => sum + newsOf(source), 0)
    const waitMs = news === application.news ? this.#intervalMs : Math.min(newsMs, this.#intervalMs)
    if (application.isSending || nowMs - application.sentAt < waitMs) return
    application.sentAt = nowMs
    application.news = news
    const sections = sources.map((source) => this.#toSection(source, nowMs))
    const moments = { nowMs, startedMs: this.#startedMs, dateMs: this.#options.clock.now() }
    const report = buildReport(sections, this.#options.process, moments)
    const sending = this.#send(report, taker, application).finally(() => {
      this.#sending.delete(sending)
    })
    this.#sending.add(sending)
  }

  async #send(
    report: ProxyReport,
    { api, section }: ReportSource,
    application: Application,
  ): Promise<void> {
    application.isSending = true
    try {
      await api.report(report, this.#stopping.signal)
      application.problem = undefined
    } catch (error) {
      if (this.#stopping.signal.aborted || application.problem !== undefined) return
      application.problem = errorText(error)
      this.#options.log.warn(
        `[${section.name}]: the report to ${section.apiHost} failed: ${application.problem}; sign-ins are not affected, and further failures are not logged`,
      )
    } finally {
      application.isSending = false
    }
  }

  #toSection(source: ReportSource, nowMs: number): SectionToReport {
    const { section, transport, port, counters = new ServerCounters(), activity, api } = source
    const dropTimes = this.#dropTimes.get(section.name) ?? new DropTimes()
    this.#dropTimes.set(section.name, dropTimes)
    dropTimes.observe(counters.dropped, nowMs)
    return {
      name: section.name,
      section,
      protocol: `RADIUS over ${transport}`,
      port,
      clients: section.radiusClients,
      activity,
      dropped: counters.dropped,
      dropSources: counters.dropSources.recent,
      dropTimes,
      certificates: api.certificateExpiry,
    }
  }
}

function newsOf({ activity, counters }: ReportSource): number {
  return activity.news + (counters?.dropSources.news ?? 0)
}

function toKey({ section: { ikey, apiHost, apiPort } }: ReportSource): string {
  return `${ikey}@${apiHost}:${apiPort}`
}
