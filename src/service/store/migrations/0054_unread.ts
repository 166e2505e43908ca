import type { Kysely } from 'kysely'

/** How long the RADIUS request of a transaction may have waited in a proxy that could not run. */
export async function unread(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('transactions')
    .addColumn('unread_ms', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}
