import type { Kysely } from 'kysely'

/** Authenticator apps that users add themselves, and their secrets before a code confirms them. */
export async function authenticatorApps(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('oath_tokens').addColumn('app_name', 'text').execute()
  await db.schema
    .createTable('authenticator_setups')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('sealed_secret', 'text', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .execute()
}
