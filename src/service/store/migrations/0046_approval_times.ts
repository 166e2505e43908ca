import type { Kysely } from 'kysely'

/** Keeps how long users took to approve, which decides whether a RADIUS client waits long enough. */
export async function approvalTimes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('approval_times')
    .addColumn('txid', 'text', (column) => column.primaryKey())
    .addColumn('ikey', 'text', (column) => column.notNull())
    .addColumn('approved', 'bigint', (column) => column.notNull())
    .addColumn('elapsed_ms', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('approval_times_by_ikey')
    .on('approval_times')
    .columns(['ikey', 'approved'])
    .execute()
  await db.schema
    .createIndex('approval_times_by_time')
    .on('approval_times')
    .column('approved')
    .execute()
}
