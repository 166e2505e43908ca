import type { Kysely } from 'kysely'

/** Creates the tables of authentication proxies, and of their last report for each application. */
export async function proxies(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('proxies')
    .addColumn('proxy_id', 'text', (column) => column.primaryKey())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('platform', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('started', 'bigint', (column) => column.notNull())
    .addColumn('first_seen', 'bigint', (column) => column.notNull())
    .addColumn('last_seen', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('proxies_by_last_seen').on('proxies').column('last_seen').execute()
  await db.schema
    .createTable('proxy_reports')
    .addColumn('proxy_id', 'text', (column) => column.notNull())
    .addColumn('ikey', 'text', (column) => column.notNull())
    .addColumn('received', 'bigint', (column) => column.notNull())
    .addColumn('report', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('proxy_reports_key', ['proxy_id', 'ikey'])
    .execute()
  await db.schema
    .createIndex('proxy_reports_by_ikey')
    .on('proxy_reports')
    .columns(['ikey', 'received'])
    .execute()
}
