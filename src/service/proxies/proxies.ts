import { sql } from 'kysely'
import type { ProxyReport } from '../../duo/index.ts'
import {
  contains,
  lowerCase,
  type Page,
  type PageRequest,
  readPage,
  searchText,
} from '../store/keyset.ts'
import type { StoreDb } from '../store/store.ts'
import { parseReport } from './report_schema.ts'

/** An authentication proxy that reports to this service. Times are in milliseconds since 1970. */
export interface ReportingProxy {
  readonly proxyId: string
  /** The name of its machine. */
  readonly host: string
  readonly version: string
  readonly platform: string
  /** The address from which its last report came. */
  readonly address: string
  readonly started: number
  readonly firstSeen: number
  readonly lastSeen: number
}

/** The last report of a proxy for one application. */
export interface ReceivedReport {
  readonly proxyId: string
  readonly ikey: string
  readonly received: number
  readonly report: ProxyReport
}

export type ProxyState = 'connected' | 'lost'

export interface ProxyFilter {
  /** A part of the host name. */
  readonly search?: string | undefined
  readonly state?: ProxyState | undefined
}

/** A proxy reports every 30 s; after three missed reports it counts as lost. */
const connectedMs = 90_000
const keptMs = 30 * 24 * 3_600_000
/** A new proxy of an application replaces the one that was lost first; if none is, it is refused. */
const maxPerApplication = 50

export function proxyState(
  { lastSeen }: Pick<ReportingProxy, 'lastSeen'>,
  now: number,
): ProxyState {
  return now - lastSeen <= connectedMs ? 'connected' : 'lost'
}

/** The proxies that report, and their last reports. */
export class Proxies {
  /**
   * Stores a report in place of the one before.
   *
   * @param ikey The application that signed it.
   * @returns `false` if the application has too many proxies.
   */
  async keep(
    report: ProxyReport,
    { ikey, address }: { readonly ikey: string; readonly address: string },
    now: number,
    db: StoreDb,
  ): Promise<boolean> {
    const { id, host, version, platform, uptime_s: uptime } = report.proxy
    if (!(await this.#makeRoom(id, ikey, now, db))) return false
    const started = now - uptime * 1000
    const seen = { host, version, platform, address, started, last_seen: now }
    await db
      .insertInto('proxies')
      .values({ proxy_id: id, first_seen: now, ...seen })
      .onConflict((conflict) => conflict.column('proxy_id').doUpdateSet(seen))
      .execute()
    const received = { received: now, report: JSON.stringify(report) }
    await db
      .insertInto('proxy_reports')
      .values({ proxy_id: id, ikey, ...received })
      .onConflict((conflict) => conflict.columns(['proxy_id', 'ikey']).doUpdateSet(received))
      .execute()
    await this.#forgetPredecessors({ id, host, ikey, started }, now, db)
    return true
  }

  async byId(proxyId: string, db: StoreDb): Promise<ReportingProxy | undefined> {
    const row = await db
      .selectFrom('proxies')
      .selectAll()
      .where('proxy_id', '=', proxyId)
      .executeTakeFirst()
    return row === undefined ? undefined : toProxy(row)
  }

  /** A page of proxies, by host name. */
  async page(
    request: PageRequest<'host'> & ProxyFilter,
    now: number,
    db: StoreDb,
  ): Promise<Page<ReportingProxy>> {
    const keyset = {
      name: 'proxies host',
      by: lowerCase(db, 'proxies.host'),
      key: sql.ref<string>('proxies.proxy_id'),
      descending: request.sort?.descending ?? false,
    }
    const { items, next } = await readPage(filtered(request, now, db).selectAll(), keyset, request)
    return { items: items.map(toProxy), next }
  }

  /** How many proxies there are on all pages. */
  async total(filter: ProxyFilter, now: number, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, now, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** The reports of some proxies, by their identifier. */
  async reports(
    proxyIds: readonly string[],
    db: StoreDb,
  ): Promise<ReadonlyMap<string, readonly ReceivedReport[]>> {
    if (proxyIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('proxy_reports')
      .selectAll()
      .where('proxy_id', 'in', proxyIds)
      .orderBy('ikey')
      .execute()
    return Map.groupBy(rows.flatMap(toReport), ({ proxyId }) => proxyId)
  }

  /** The proxies of one application, with their last reports for it. */
  async ofApplication(
    ikey: string,
    db: StoreDb,
  ): Promise<readonly { readonly proxy: ReportingProxy; readonly report: ReceivedReport }[]> {
    const rows = await db
      .selectFrom('proxy_reports')
      .innerJoin('proxies', 'proxies.proxy_id', 'proxy_reports.proxy_id')
      .selectAll('proxies')
      .select(['proxy_reports.ikey', 'proxy_reports.received', 'proxy_reports.report'])
      .where('proxy_reports.ikey', '=', ikey)
      .orderBy('proxies.host')
      .execute()
    return rows.flatMap((row) => toReport(row).map((report) => ({ proxy: toProxy(row), report })))
  }

  /** Deletes a proxy with its reports. It appears again if it still reports. */
  async remove(proxyId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('proxy_reports').where('proxy_id', '=', proxyId).execute()
    await db.deleteFrom('proxies').where('proxy_id', '=', proxyId).execute()
  }

  /** Deletes proxies and reports of which nothing was heard for 30 days. */
  async prune(now: number, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('proxy_reports')
      .where('received', '<', now - keptMs)
      .execute()
    await db
      .deleteFrom('proxies')
      .where('last_seen', '<', now - keptMs)
      .execute()
  }

  /** @returns Whether the application may have one more proxy. */
  async #makeRoom(proxyId: string, ikey: string, now: number, db: StoreDb): Promise<boolean> {
    const others = await db
      .selectFrom('proxy_reports')
      .select(['proxy_id', 'received'])
      .where('ikey', '=', ikey)
      .orderBy('received')
      .limit(maxPerApplication)
      .execute()
    if (others.length < maxPerApplication) return true
    if (others.some((other) => other.proxy_id === proxyId)) return true
    const [oldest] = others
    if (oldest === undefined || now - Number(oldest.received) <= connectedMs) return false
    await this.#forgetReport(oldest.proxy_id, ikey, db)
    return true
  }

  /**
   * A proxy that can't write its identifier to a file has a new one after each start. The one before, on
   * the same host, is forgotten.
   */
  async #forgetPredecessors(
    {
      id,
      host,
      ikey,
      started,
    }: {
      readonly id: string
      readonly host: string
      readonly ikey: string
      readonly started: number
    },
    now: number,
    db: StoreDb,
  ): Promise<void> {
    const before = await db
      .selectFrom('proxies')
      .innerJoin('proxy_reports', 'proxy_reports.proxy_id', 'proxies.proxy_id')
      .select('proxies.proxy_id')
      .where('proxy_reports.ikey', '=', ikey)
      .where('proxies.host', '=', host)
      .where('proxies.proxy_id', '<>', id)
      .where('proxies.last_seen', '<', Math.min(started, now - connectedMs))
      .execute()
    for (const { proxy_id: proxyId } of before) await this.#forgetReport(proxyId, ikey, db)
  }

  async #forgetReport(proxyId: string, ikey: string, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('proxy_reports')
      .where('proxy_id', '=', proxyId)
      .where('ikey', '=', ikey)
      .execute()
    const other = await db
      .selectFrom('proxy_reports')
      .select('ikey')
      .where('proxy_id', '=', proxyId)
      .executeTakeFirst()
    if (other === undefined) await this.remove(proxyId, db)
  }
}

function filtered({ search, state }: ProxyFilter, now: number, db: StoreDb) {
  let query = db.selectFrom('proxies')
  if (search !== undefined) {
    query = query.where(contains(lowerCase(db, 'proxies.host'), searchText(search)))
  }
  if (state === undefined) return query
  return query.where('last_seen', state === 'connected' ? '>=' : '<', now - connectedMs)
}

function toProxy(row: {
  readonly proxy_id: string
  readonly host: string
  readonly version: string
  readonly platform: string
  readonly address: string
  readonly started: number
  readonly first_seen: number
  readonly last_seen: number
}): ReportingProxy {
  return {
    proxyId: row.proxy_id,
    host: row.host,
    version: row.version,
    platform: row.platform,
    address: row.address,
    started: Number(row.started),
    firstSeen: Number(row.first_seen),
    lastSeen: Number(row.last_seen),
  }
}

function toReport(row: {
  readonly proxy_id: string
  readonly ikey: string
  readonly received: number
  readonly report: string
}): ReceivedReport[] {
  const report = parseReport(row.report)
  if (report === undefined) return []
  return [{ proxyId: row.proxy_id, ikey: row.ikey, received: Number(row.received), report }]
}
