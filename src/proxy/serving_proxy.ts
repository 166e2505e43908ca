import type { WorkerStatus } from './control/proxy_status.ts'
import type { PrimaryOnlyEffect } from './primary_only/primary_only_command.ts'
import type { ReportSource } from './report/reporter.ts'
import type { SignInCounters } from './second_factor/sign_in_counters.ts'
import type { ProxyConfig } from './sections/proxy_config.ts'

/** A proxy that serves the sections of a configuration: in this process, or in several workers. */
export interface ServingProxy {
  /** The sections of the configuration that is in force, with what they have done. */
  readonly sections: readonly ReportSource[]
  /** By section: logins that the API did not answer, and those that joined others. */
  readonly signIns: ReadonlyMap<string, SignInCounters>
  readonly isPrimaryOnly: boolean
  /** What primary-only mode means for each section. */
  readonly primaryOnlyEffects: readonly PrimaryOnlyEffect[]
  /** Empty if this process does the work. */
  readonly workers: readonly WorkerStatus[]
  /** Resident memory of all its processes. */
  readonly residentBytes: number
  /** Brings `sections` and `signIns` up to date. */
  refresh(): Promise<void>
  /** Forgets which addresses sign their requests, and logs them. */
  clearLatches(): void
  /** Switches to another configuration. @throws {ListenError} with the old one still in force. */
  replace(config: ProxyConfig): Promise<void>
  stop(): Promise<void>
}
