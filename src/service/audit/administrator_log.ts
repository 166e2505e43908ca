import type { Selectable } from 'kysely'
import { type Page, type PageRequest, readPage } from '../store/keyset.ts'
import type { Schema } from '../store/schema.ts'
import type { StoreDb } from '../store/store.ts'
import { timeOrder } from './time_order.ts'

/** Something that an administrator did. */
export interface AdministratorEvent {
  readonly timestamp: number
  /** The account that acted: `cli:root`. */
  readonly actor: string
  /** `user_create`, `bypass_create`, … */
  readonly action: string
  /** The name of the user or thing that it changed. */
  readonly object: string
  /** What changed; never a secret. */
  readonly description: string
}

/** Which lines of the log are listed. */
export interface AdministratorFilter {
  readonly actor?: string
  readonly action?: string
  readonly mintime?: number
  readonly maxtime?: number
}

export class AdministratorLog {
  /** Call it in the transaction of the change that it records. */
  async append(event: AdministratorEvent, db: StoreDb): Promise<void> {
    await db.insertInto('administrator_log').values(event).execute()
  }

  /** A page of the log, newest first by default. */
  async page(
    request: PageRequest<'timestamp'> & AdministratorFilter,
    db: StoreDb,
  ): Promise<Page<AdministratorEvent>> {
    const { items, next } = await readPage(
      filtered(request, db).selectAll(),
      timeOrder('administrator_log', request),
      request,
    )
    return { items: items.map(toEvent), next }
  }

  /** How many lines there are on all pages; reads all of them. */
  async total(filter: AdministratorFilter, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** Newest first. */
  async list(limit: number, db: StoreDb): Promise<AdministratorEvent[]> {
    return (await this.entries({ limit }, db)).map(({ event }) => event)
  }

  /** Newest first, with the ids that `afterId` takes. */
  async entries(
    {
      limit,
      mintime = 0,
      afterId = 0,
    }: { readonly limit: number; readonly mintime?: number; readonly afterId?: number },
    db: StoreDb,
  ): Promise<{ readonly id: number; readonly event: AdministratorEvent }[]> {
    const rows = await db
      .selectFrom('administrator_log')
      .selectAll()
      .where('timestamp', '>=', mintime)
      .where('id', '>', afterId)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.map(({ id, ...event }) => ({ id, event }))
  }
}

function filtered(filter: AdministratorFilter, db: StoreDb) {
  let query = db.selectFrom('administrator_log')
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor)
  if (filter.action !== undefined) query = query.where('action', '=', filter.action)
  if (filter.mintime !== undefined) query = query.where('timestamp', '>=', filter.mintime)
  if (filter.maxtime !== undefined) query = query.where('timestamp', '<=', filter.maxtime)
  return query
}

function toEvent(row: Selectable<Schema['administrator_log']>): AdministratorEvent {
  const { timestamp, actor, action, object, description } = row
  return { timestamp, actor, action, object, description }
}
