import { type Kysely, sql } from 'kysely'

/** Adds which users an application admits, what an Admin API application may do, and its RADIUS client. */
export async function applicationSettings(db: Kysely<unknown>): Promise<void> {
  const { schema } = db
  const text = async (column: string, byDefault: string): Promise<void> => {
    await schema
      .alterTable('integrations')
      .addColumn(column, 'text', (definition) => definition.notNull().defaultTo(byDefault))
      .execute()
  }
  await text('user_access', 'ALL_USERS')
  await text('notes', '')
  await text('product', '')
  await text('networks_for_api_access', '[]')
  await text('adminapi_permissions', '[]')
  await text('client_setup', '{}')
  await schema.alterTable('integrations').addColumn('sealed_radius_secret', 'text').execute()
  await schema.alterTable('integrations').addColumn('skey_created', 'bigint').execute()
  await sql`update integrations set skey_created = created`.execute(db)
  await schema
    .createTable('permitted_groups')
    .addColumn('ikey', 'text', (column) =>
      column.notNull().references('integrations.ikey').onDelete('cascade'),
    )
    .addColumn('group_id', 'text', (column) =>
      column.notNull().references('groups.group_id').onDelete('cascade'),
    )
    .addPrimaryKeyConstraint('permitted_groups_key', ['ikey', 'group_id'])
    .execute()
  await schema
    .createIndex('permitted_groups_of_group')
    .on('permitted_groups')
    .column('group_id')
    .execute()
}
