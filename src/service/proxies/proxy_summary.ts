import type { ProxyWarningKind } from '../../duo/index.ts'
import { pages } from '../store/keyset.ts'
import type { StoreDb } from '../store/store.ts'
import { Proxies, proxyState } from './proxies.ts'

/** All proxies together. */
export interface ProxySummary {
  readonly total: number
  readonly connected: number
  /** How many proxies warn of each kind; lost ones for a day after their last report. */
  readonly warnings: ReadonlyMap<ProxyWarningKind, number>
  /** Applications that only one connected proxy serves. */
  readonly singles: readonly string[]
}

const pageSize = 200
const dayMs = 24 * 3_600_000

/** Counts the proxies, and those that need attention. */
export async function proxySummary(now: number, db: StoreDb): Promise<ProxySummary> {
  const proxies = new Proxies()
  const counted = { total: 0, connected: 0 }
  const warnings = new Map<ProxyWarningKind, number>()
  const serving = new Map<string, number>()
  for await (const page of pages((after) => proxies.page({ limit: pageSize, after }, now, db))) {
    const reports = await proxies.reports(
      page.map(({ proxyId }) => proxyId),
      db,
    )
    for (const proxy of page) {
      const own = reports.get(proxy.proxyId) ?? []
      counted.total++
      if (proxyState(proxy, now) === 'connected') {
        counted.connected++
        for (const { ikey } of own) serving.set(ikey, (serving.get(ikey) ?? 0) + 1)
      }
      const recent = own.filter(({ received }) => now - received < dayMs)
      const kinds = new Set(recent.flatMap(({ report }) => report.warnings.map(({ kind }) => kind)))
      for (const kind of kinds) warnings.set(kind, (warnings.get(kind) ?? 0) + 1)
    }
  }
  const singles = [...serving].filter(([, count]) => count === 1).map(([ikey]) => ikey)
  return { ...counted, warnings, singles }
}
