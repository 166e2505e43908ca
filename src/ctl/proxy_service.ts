import type { Installation } from '../host/installation.ts'

/** The proxy that is started and stopped. */
export interface ManagedProxy {
  readonly installation: Installation
  readonly configFile: string
  /** Receives each line of progress, such as those of the connectivity tool. */
  readonly print: (line: string) => void
  /** Whether `start` runs the connectivity tool first; its findings never prevent a start. */
  readonly connectivityCheck: boolean
}

export type ServiceOutcome =
  | {
      readonly ok: true
      readonly state: 'running' | 'stopped'
      /** `false` if it was in this state already. */
      readonly changed: boolean
      readonly lines: readonly string[]
    }
  | {
      readonly ok: false
      /** `config`: the file has errors; nothing was started or stopped. */
      readonly reason: 'config' | 'failed'
      /** What happened and what to do. */
      readonly lines: readonly string[]
    }

/** Starts the proxy, and waits until every listener answers. */
export function start(_proxy: ManagedProxy): Promise<ServiceOutcome> {
  return Promise.resolve(notYet)
}

/** Stops the proxy, and waits until it is gone. */
export function stop(_proxy: ManagedProxy): Promise<ServiceOutcome> {
  return Promise.resolve(notYet)
}

/** Checks the configuration, stops the proxy if it runs, and starts it. */
export function restart(_proxy: ManagedProxy): Promise<ServiceOutcome> {
  return Promise.resolve(notYet)
}

const notYet: ServiceOutcome = { ok: false, reason: 'failed', lines: ['not implemented yet'] }
