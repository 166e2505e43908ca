import { sql } from 'kysely'
import type { Keyset, PageRequest } from '../store/keyset.ts'

/** The order of a log: by time, newest first by default. */
export function timeOrder(table: string, { sort }: PageRequest<'timestamp'>): Keyset {
  return {
    name: `${table} timestamp`,
    by: sql.ref<number>('timestamp'),
    key: sql.ref<number>('id'),
    descending: sort?.descending ?? true,
  }
}
