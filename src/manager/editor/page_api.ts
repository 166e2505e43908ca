import type { ConnectivityEvent } from '../../ctl/connectivity/connectivity_event.ts'
import type { ProxyStatus } from '../../proxy/control/proxy_status.ts'

export type { Problem } from '../../config/problem.ts'
export type { ConnectivityEvent, ProxyStatus }

/** How the file is encoded; anything but UTF-8 is converted when it is saved. */
export type FileEncoding = 'utf-8' | 'utf-16' | 'windows-1252'

/** The configuration file on disk. */
export interface FileView {
  /** Absolute. */
  readonly path: string
  /** Empty if there is no file. */
  readonly text: string
  /** Hash of its octets; `null` if there is no file. */
  readonly version: string | null
  readonly encoding: FileEncoding
  /** Why it can't be saved; absent if it can. */
  readonly readOnly?: string
}

export interface SaveRequest {
  readonly text: string
  /** Version that was edited; the file is written only if it still has this one. */
  readonly base: string | null
}

export interface SaveAnswer {
  readonly version: string
  /** Name of the copy of the previous file; absent if there was none. */
  readonly backup?: string
}

export interface BackupView {
  readonly name: string
  /** ISO 8601. */
  readonly at: string
  readonly octets: number
}

/** The backups of the file, newest first. */
export interface BackupList {
  readonly backups: readonly BackupView[]
  readonly folder: string
  /** How many are kept. */
  readonly limit: number
}

export type ServiceAct = 'start' | 'stop' | 'restart' | 'reload'

/** One step of starting or stopping the proxy. */
export type ServiceEvent =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'done'; readonly ok: boolean; readonly lines: readonly string[] }

/** Whether the proxy runs. */
export type ProxyState =
  | { readonly state: 'running'; readonly status: ProxyStatus }
  | { readonly state: 'stopped' }
  /** It can't be asked. */
  | { readonly state: 'unknown'; readonly lines: readonly string[] }

/** What the stream of the whole page carries. The end of the stream is the end of the command. */
export type LiveEvent =
  | { readonly kind: 'proxy'; readonly proxy: ProxyState }
  | { readonly kind: 'file'; readonly version: string | null }
  | { readonly kind: 'ended'; readonly reason: 'idle' | 'replaced' | 'closed' | 'stopped' }

/** What the stream of the log carries. */
export type LogEvent =
  | {
      readonly kind: 'lines'
      readonly lines: readonly string[]
      /** Place of the first line in the file, in octets; earlier lines can be asked for. */
      readonly from: number
      /** Identifies the file, which changes at rotation. */
      readonly file: string
    }
  | { readonly kind: 'rotated' }
  | { readonly kind: 'skipped'; readonly octets: number }
  | { readonly kind: 'missing'; readonly path: string }

/** Lines before the ones that are shown; `from` is 0 at the beginning of the file. */
export interface EarlierLines {
  readonly lines: readonly string[]
  readonly from: number
}

export interface ApiProblem {
  readonly code: string
  /** What happened and what to do. */
  readonly message: string
  /** With `stale`: the file as it is now. */
  readonly current?: FileView
}
