import type { Kysely } from 'kysely'

/** Creates the tables of requests for approval, custom roles, and what administrators do in an hour. */
export async function approvals(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('approvals')
    .addColumn('approval_id', 'text', (column) => column.primaryKey())
    .addColumn('act', 'text', (column) => column.notNull())
    .addColumn('summary', 'text', (column) => column.notNull())
    .addColumn('permits', 'text', (column) => column.notNull())
    .addColumn('admin_id', 'text', (column) => column.notNull())
    .addColumn('email', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('sealed_input', 'text')
    .addColumn('sealed_result', 'text')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('decided', 'bigint')
    .addColumn('decided_by', 'text')
    .addColumn('reason', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('approvals_by_created')
    .on('approvals')
    .columns(['created', 'approval_id'])
    .execute()
  await db.schema
    .createIndex('approvals_of_admin')
    .on('approvals')
    .columns(['admin_id', 'state'])
    .execute()
  await db.schema
    .createTable('administrator_roles')
    .addColumn('role_id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('name_key', 'text', (column) => column.notNull().unique())
    .addColumn('permits', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('administrator_counts')
    .addColumn('admin_id', 'text', (column) => column.notNull())
    .addColumn('cap', 'text', (column) => column.notNull())
    .addColumn('hour', 'bigint', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('administrator_counts_key', ['admin_id', 'cap', 'hour'])
    .execute()
}
