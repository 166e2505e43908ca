import type { Selectable } from 'kysely'
import { type Page, type PageRequest, readPage } from '../store/keyset.ts'
import { findLogKey } from '../store/log_key.ts'
import type { Schema } from '../store/schema.ts'
import type { StoreDb } from '../store/store.ts'
import { type Changes, parseChanges } from './changes.ts'
import { signLine } from './log_lines.ts'
import { timeOrder } from './time_order.ts'

/** Something that an administrator did. */
export interface AdministratorEvent {
  readonly timestamp: number
  /** The account that acted: `cli:root`. */
  readonly actor: string
  /** The identifier of the administrator; empty for other accounts. */
  readonly actorId: string
  /** The network address that the account acted from; empty on the command line. */
  readonly address: string
  /** `user_create`, `bypass_create`, … */
  readonly action: string
  /** The name of the user or thing that it changed. */
  readonly object: string
  /** `user`, `group`, `phone`, …; empty in lines of older versions. */
  readonly objectKind: string
  readonly objectId: string
  /** The user that the change concerns: the object itself, or the holder of a device. */
  readonly userId: string | null
  /** What changed; never a secret. */
  readonly description: string
  /** By field, its old and new value. */
  readonly changes: Changes
}

type Optional = 'actorId' | 'address' | 'objectKind' | 'objectId' | 'userId' | 'changes'

export type NewAdministratorEvent = Omit<AdministratorEvent, Optional> &
  Partial<Pick<AdministratorEvent, Optional>>

/** Which lines of the log are listed. */
export interface AdministratorFilter {
  readonly actor?: string
  readonly action?: string
  /** Lines about the user, their devices and their membership in groups. */
  readonly userId?: string
  readonly mintime?: number
  readonly maxtime?: number
}

export class AdministratorLog {
  /** Call it in the transaction of the change that it records. */
  async append(event: NewAdministratorEvent, db: StoreDb): Promise<void> {
    const row = {
      timestamp: event.timestamp,
      actor: event.actor,
      actor_id: event.actorId ?? '',
      address: event.address ?? '',
      action: event.action,
      object: event.object,
      object_kind: event.objectKind ?? '',
      object_id: event.objectId ?? '',
      user_id: event.userId ?? null,
      description: event.description,
      changes: JSON.stringify(event.changes ?? {}),
    }
    const mac = signLine('administrator_log', row, findLogKey(db))
    await db
      .insertInto('administrator_log')
      .values({ ...row, mac })
      .execute()
  }

  /** A page of the log, newest first by default. */
  async page(
    request: PageRequest<'timestamp'> & AdministratorFilter,
    db: StoreDb,
  ): Promise<Page<AdministratorEvent & { readonly id: number }>> {
    const { items, next } = await readPage(
      filtered(request, db).selectAll(),
      timeOrder('administrator_log', request),
      request,
    )
    return { items: items.map((row) => ({ id: row.id, ...toAdministratorEvent(row) })), next }
  }

  /** How many lines there are on all pages; reads all of them. */
  async total(filter: AdministratorFilter, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** As `total`, but counts no further than `max`. */
  async totalUpTo(max: number, filter: AdministratorFilter, db: StoreDb): Promise<number> {
    const lines = filtered(filter, db).select('id').limit(max)
    const { count } = await db
      .selectFrom(lines.as('lines'))
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
    return rows.map((row) => ({ id: row.id, event: toAdministratorEvent(row) }))
  }
}

function filtered(filter: AdministratorFilter, db: StoreDb) {
  let query = db.selectFrom('administrator_log')
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor)
  if (filter.action !== undefined) query = query.where('action', '=', filter.action)
  if (filter.userId !== undefined) query = query.where('user_id', '=', filter.userId)
  if (filter.mintime !== undefined) query = query.where('timestamp', '>=', filter.mintime)
  if (filter.maxtime !== undefined) query = query.where('timestamp', '<=', filter.maxtime)
  return query
}

export function toAdministratorEvent(
  row: Selectable<Schema['administrator_log']>,
): AdministratorEvent {
  const { timestamp, actor, address, action, object, description } = row
  return {
    timestamp,
    actor,
    actorId: row.actor_id,
    address,
    action,
    object,
    objectKind: row.object_kind,
    objectId: row.object_id,
    userId: row.user_id,
    description,
    changes: parseChanges(row.changes),
  }
}
