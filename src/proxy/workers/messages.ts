import type { ApiCall } from '../../duo/https/api_call.ts'
import type { CertificateExpiry } from '../../duo/https/certificate_expiry.ts'
import type { ProxyReport } from '../../duo/index.ts'
import type { CountedNumbers } from '../../radius/udp/counters.ts'
import type { DropSource } from '../../radius/udp/drop_sources.ts'
import type { SignedSource } from '../../radius/udp/signed_sources.ts'
import type { DecidedLogin } from '../front/listener.ts'
import type { PrimaryOnlyEffect } from '../primary_only/primary_only_command.ts'
import type { PrimaryOnlyWindow } from '../primary_only/window_file.ts'
import type { ApiState } from '../report/section_activity.ts'
import type { SignInCounts } from '../second_factor/sign_in_counters.ts'

/** What all workers should know, sent when it changes and every second. */
export interface Shared {
  readonly primaryOnly: PrimaryOnlyWindow | undefined
  /** By section: when another worker last had an answer of its API, by `machineMs`. */
  readonly answeredElsewhereMs: Readonly<Record<string, number>>
  /** By section. */
  readonly latched: Readonly<Record<string, readonly SignedSource[]>>
}

/** What the proxy asks of a worker; answered with `done`. */
export type Request =
  | {
      readonly kind: 'start'
      readonly worker: { readonly number: number; readonly count: number }
      /** Of `encodeConfig`. */
      readonly config: string
      readonly shared: Shared
    }
  | { readonly kind: 'replace'; readonly config: string }
  /** Sends everything that waits to be sent. */
  | { readonly kind: 'flush' }
  /** Sends a report about all workers to the service, over this worker's connections. */
  | { readonly kind: 'report'; readonly section: string; readonly report: ProxyReport }
  | { readonly kind: 'clear_latches' }
  | { readonly kind: 'stop' }

export type ToWorker =
  | { readonly kind: 'request'; readonly id: number; readonly request: Request }
  | { readonly kind: 'shared'; readonly shared: Shared }

export type FromWorker =
  | { readonly kind: 'done'; readonly id: number; readonly failure?: Failure }
  | Batch
  | State

/** Why a request failed. */
export interface Failure {
  readonly message: string
  /** Of a `ListenError`; absent for other errors. */
  readonly hasLostPlaces?: boolean
}

/** What has happened since the last batch. */
export interface Batch {
  readonly kind: 'batch'
  /** Whole lines of the main log, each with its end. */
  readonly log: string
  /** The same of the events. */
  readonly events: string
  readonly lastError?: { readonly at: number; readonly message: string } | undefined
  readonly logins: readonly { readonly section: string; readonly login: DecidedLogin }[]
  readonly calls: readonly { readonly section: string; readonly call: ApiCall }[]
  readonly answered: readonly { readonly section: string; readonly elapsedMs: number }[]
  /** Logins that primary-only mode decided. */
  readonly primaryOnly: { readonly accepted: number; readonly rejected: number }
}

/** Where a worker stands; the numbers are those since it started. */
export interface State {
  readonly kind: 'state'
  readonly residentBytes: number
  readonly sections: readonly SectionState[]
  readonly signIns: Readonly<Record<string, SignInCounts>>
  readonly effects: readonly PrimaryOnlyEffect[]
}

export interface SectionState {
  readonly name: string
  readonly transport: 'UDP' | 'TCP'
  readonly address: string
  readonly port: number
  readonly isListening: boolean
  readonly pending: number
  readonly waiting: number
  readonly messages: { readonly connections: number; readonly open: number }
  readonly latched: readonly SignedSource[]
  readonly counters: CountedNumbers | undefined
  readonly dropSources: { readonly recent: readonly DropSource[]; readonly news: number }
  readonly apiState: ApiState | undefined
  /** When this worker last had an answer of the API, by `machineMs`. */
  readonly answeredMs: number | undefined
  readonly takesReports: boolean
  readonly certificateExpiry: CertificateExpiry | undefined
}
