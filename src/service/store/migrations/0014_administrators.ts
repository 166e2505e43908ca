import type { Kysely } from 'kysely'

/** Creates the tables of administrators, their second factors, sessions and links. */
export async function administrators(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('administrators')
    .addColumn('admin_id', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text', (column) => column.notNull())
    .addColumn('email_key', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('phone', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('password_hash', 'text')
    .addColumn('password_changed', 'bigint')
    .addColumn('enrol_until', 'bigint')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('last_login', 'bigint')
    .execute()
  await db.schema
    .createTable('administrator_factors')
    .addColumn('factor_id', 'text', (column) => column.primaryKey())
    .addColumn('admin_id', 'text', (column) =>
      column.notNull().references('administrators.admin_id').onDelete('cascade'),
    )
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('sealed_secret', 'text')
    .addColumn('position', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('external_id', 'text', (column) => column.unique())
    .addColumn('public_key', 'text')
    .addColumn('transports', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('used', 'bigint')
    .execute()
  await db.schema
    .createIndex('administrator_factors_of_admin')
    .on('administrator_factors')
    .column('admin_id')
    .execute()
  await db.schema
    .createTable('administrator_sessions')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) => column.notNull().unique())
    .addColumn('admin_id', 'text', (column) =>
      column.notNull().references('administrators.admin_id').onDelete('cascade'),
    )
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('addresses', 'text', (column) => column.notNull())
    .addColumn('user_agent', 'text', (column) => column.notNull())
    .addColumn('challenge', 'text')
    .addColumn('sealed_secret', 'text')
    .addColumn('stepped_up', 'bigint')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('seen', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('administrator_sessions_of_admin')
    .on('administrator_sessions')
    .column('admin_id')
    .execute()
  await db.schema
    .createIndex('administrator_sessions_expires')
    .on('administrator_sessions')
    .column('expires')
    .execute()
  await db.schema
    .createTable('administrator_links')
    .addColumn('code_hash', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('admin_id', 'text', (column) =>
      column.references('administrators.admin_id').onDelete('cascade'),
    )
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('used', 'bigint')
    .execute()
  await db.schema
    .createIndex('administrator_links_of_admin')
    .on('administrator_links')
    .column('admin_id')
    .execute()
}
