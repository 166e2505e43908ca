import type { Kysely } from 'kysely'
import { foldedWithoutDomain } from '../../people/username/folded_username.ts'
import type { Schema } from '../schema.ts'

/** Adds the key of every name without its domain, for applications that ignore domains. */
export async function namesWithoutDomain(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .alterTable('user_names')
    .addColumn('folded_simple', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  const rows = await db.selectFrom('user_names').select(['name', 'written']).execute()
  for (const { name, written } of rows) {
    const folded_simple = foldedWithoutDomain(written)
    await db.updateTable('user_names').set({ folded_simple }).where('name', '=', name).execute()
  }
  await db.schema
    .createIndex('user_names_folded_simple')
    .on('user_names')
    .column('folded_simple')
    .execute()
}
