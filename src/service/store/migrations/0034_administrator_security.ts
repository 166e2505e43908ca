import type { Kysely } from 'kysely'

/** Keeps ended sessions, known browsers and failed sign-ins of administrators. */
export async function administratorSecurity(db: Kysely<unknown>): Promise<void> {
  for (const column of ['last_failed', 'previous_login'] as const) {
    await db.schema.alterTable('administrators').addColumn(column, 'bigint').execute()
  }
  for (const column of ['failed_since_login', 'failed_before_login'] as const) {
    await db.schema
      .alterTable('administrators')
      .addColumn(column, 'integer', (added) => added.notNull().defaultTo(0))
      .execute()
  }
  await db.schema.alterTable('administrator_sessions').addColumn('ended', 'bigint').execute()
  for (const column of ['end_reason', 'ended_by'] as const) {
    await db.schema
      .alterTable('administrator_sessions')
      .addColumn(column, 'text', (added) => added.notNull().defaultTo(''))
      .execute()
  }
  await db.schema
    .createTable('administrator_browsers')
    .addColumn('token_hash', 'text', (column) => column.notNull())
    .addColumn('admin_id', 'text', (column) =>
      column.notNull().references('administrators.admin_id').onDelete('cascade'),
    )
    .addColumn('seen', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('administrator_browsers_key', ['admin_id', 'token_hash'])
    .execute()
}
