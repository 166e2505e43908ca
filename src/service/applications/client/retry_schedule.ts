import type { Integration } from '../integrations.ts'
import { findProduct } from './catalogue.ts'

/** How the RADIUS client of an application retries a request that gets no reply. */
export interface ClientRetries {
  /** How long it waits for each reply, in seconds; 0 if unknown: its retries are separate sign-ins. */
  readonly timeoutSecs: number
  /** Further requests to each server after the first. */
  readonly retries: number
  /** Servers that it asks in turn: the authentication proxies. */
  readonly servers: number
}

const usualServers = 2
const usualRetries = 1

/** As set for the application, or as the catalogue knows its product. */
export function clientRetries({
  client,
  product,
}: Pick<Integration, 'client' | 'product'>): ClientRetries {
  const known = findProduct(product)?.radius?.retriesWithNewPackets
  const timeoutSecs = client.radiusTimeoutSecs ?? known?.timeoutSecs ?? 0
  const servers = client.radiusServers ?? (client.proxies?.length || usualServers)
  const retries = client.radiusRetries ?? retriesInTime(timeoutSecs, servers, known?.deadlineSecs)
  return { timeoutSecs, retries, servers }
}

/** As many as fit before the client gives up; `deadlineSecs` is absent if that is unknown. */
function retriesInTime(
  timeoutSecs: number,
  servers: number,
  deadlineSecs: number | undefined,
): number {
  if (deadlineSecs === undefined || timeoutSecs === 0) return usualRetries
  return Math.max(0, Math.ceil(deadlineSecs / timeoutSecs / servers) - 1)
}

/**
 * The schedule by which retries join the sign-in of the first request.
 *
 * @returns `undefined` if they are separate sign-ins.
 */
export function retrySchedule(
  application: Pick<Integration, 'client' | 'product' | 'type'>,
): { readonly timeoutMs: number; readonly attempts: number } | undefined {
  const { timeoutSecs, retries, servers } = clientRetries(application)
  if (application.type !== 'radius' || timeoutSecs === 0) return undefined
  const deadlineSecs = findProduct(application.product)?.radius?.retriesWithNewPackets?.deadlineSecs
  const inTime =
    deadlineSecs === undefined ? Number.POSITIVE_INFINITY : Math.ceil(deadlineSecs / timeoutSecs)
  return { timeoutMs: timeoutSecs * 1000, attempts: Math.min((retries + 1) * servers, inTime) }
}
