import { joinsRetries } from '../second_factor/retry_settings.ts'
import type { ProxyConfig } from '../sections/proxy_config.ts'

const maxByDefault = 8

/** What a proxy runs on. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly cores: number
}

/** How many workers a proxy has, and why it has fewer than `workers` of `[main]` says. */
export interface WorkerCount {
  readonly count: number
  readonly reason?: string
}

/**
 * Chooses how many workers a proxy has.
 *
 * One, if a section has `retry_timeout`: the retries of a client come from several ports, so that they would
 * reach several workers, and a worker joins only what it has seen itself.
 *
 * One, if the system is not Linux: only Linux spreads the datagrams of one port over several sockets by flow.
 */
export function chooseWorkerCount({ main, servers }: ProxyConfig, machine: Machine): WorkerCount {
  const { workers: configured } = main
  const reason = oneProcessReason(servers, machine)
  if (reason !== undefined) return { count: 1, ...(configured > 1 ? { reason } : {}) }
  return {
    count: configured === 0 ? Math.max(1, Math.min(maxByDefault, machine.cores)) : configured,
  }
}

function oneProcessReason(
  servers: ProxyConfig['servers'],
  { platform }: Machine,
): string | undefined {
  if (platform !== 'linux') return 'only on Linux can workers share a port'
  if (joinsRetries(servers)) return 'retry_timeout needs one process that sees all requests'
  return undefined
}
