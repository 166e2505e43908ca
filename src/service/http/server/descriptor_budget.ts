import { readFileSync } from 'node:fs'
import type { Log } from '../../../host/log.ts'
import type { ConnectionLimits } from './connections.ts'

/** Descriptors kept for the database, logs, pages, message providers and push services. */
const reserve = 200
const minConnections = 10
const processLimits = '/proc/self/limits'

/** Files that this process may open; `undefined` if the system does not tell. */
export function openFilesLimit(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync(processLimits, 'utf8'))?.[1]
    return found === undefined ? undefined : Number(found)
  } catch {
    return undefined
  }
}

/**
 * Lowers the connection limits to what the process may open, and warns with a remedy. A process without
 * free descriptors could neither open its database nor accept a sign-in.
 *
 * @param listeners Each has its own connections.
 */
export function withinDescriptors(
  limits: ConnectionLimits,
  {
    listeners,
    openFiles,
    log,
  }: {
    readonly listeners: number
    readonly openFiles: number | undefined
    readonly log: Log
  },
): ConnectionLimits {
  const needed = limits.total * listeners + reserve
  if (openFiles === undefined || openFiles >= needed) return limits
  const total = Math.max(minConnections, Math.floor((openFiles - reserve) / listeners))
  const perAddress = Math.max(1, Math.floor((limits.perAddress * total) / limits.total))
  log.warn(
    `[connections] total is ${total} and per_address ${perAddress}, since this process may open ${openFiles} files and needs ${needed} for total=${limits.total}; raise LimitNOFILE in its systemd unit (ulimit -n), or lower total`,
  )
  return { ...limits, total, perAddress }
}
