import { type RawBuilder, sql } from 'kysely'
import { findDialect } from '../store/dialect.ts'
import { type Keyset, mergePages, type Page, type PageRequest, readPage } from '../store/keyset.ts'
import type { StoreDb } from '../store/store.ts'
import { type AdministratorEvent, toAdministratorEvent } from './administrator_log.ts'
import { type AuthenticationEvent, toAuthenticationEvent } from './authentication_log.ts'
import { type TelephonyEvent, toTelephonyEvent } from './telephony_log.ts'

/** Something that happened to a user, from one of the three logs. */
export type TimelineEntry =
  | { readonly kind: 'sign_in'; readonly event: AuthenticationEvent }
  | { readonly kind: 'change'; readonly event: AdministratorEvent }
  | { readonly kind: 'message'; readonly event: TelephonyEvent }

/** A page of everything that concerns a user, newest first. */
export async function userTimeline(
  userId: string,
  request: Pick<PageRequest, 'limit' | 'after'>,
  db: StoreDb,
): Promise<Page<TimelineEntry>> {
  const keyset = (log: string): Keyset => ({
    name: `timeline ${userId}`,
    by: sql.ref<number>('timestamp'),
    key: entryKey(log, db),
    descending: true,
  })
  const signIns = await readPage(
    db.selectFrom('authentication_log').selectAll().where('user_id', '=', userId),
    keyset('s'),
    request,
  )
  const changes = await readPage(
    db.selectFrom('administrator_log').selectAll().where('user_id', '=', userId),
    keyset('c'),
    request,
  )
  const messages = await readPage(
    db.selectFrom('telephony_log').selectAll().where('user_id', '=', userId),
    keyset('m'),
    request,
  )
  return mergePages<TimelineEntry>(
    [
      toEntries(signIns, (row) => ({ kind: 'sign_in', event: toAuthenticationEvent(row) })),
      toEntries(changes, (row) => ({ kind: 'change', event: toAdministratorEvent(row) })),
      toEntries(messages, (row) => ({ kind: 'message', event: toTelephonyEvent(row) })),
    ],
    request,
    keyset(''),
  )
}

/** Unique over the three logs, and in the order of the ids of each: texts of one length. */
function entryKey(log: string, db: StoreDb): RawBuilder<string> {
  return findDialect(db) === 'postgres'
    ? sql<string>`(${sql.lit(log)} || lpad(id::text, 20, '0')) collate "C"`
    : sql<string>`${sql.lit(log)} || printf('%020d', id)`
}

function toEntries<
  Row extends { readonly sort_value: string | number; readonly sort_key: string | number },
>({ items, next }: Page<Row>, toEntry: (row: Row) => TimelineEntry) {
  return {
    items: items.map((row) => ({
      item: toEntry(row),
      sort_value: row.sort_value,
      sort_key: row.sort_key,
    })),
    next,
  }
}
