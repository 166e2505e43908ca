import { type Kysely, sql } from 'kysely'
import { foldedUsername } from '../../people/username/folded_username.ts'
import type { Schema } from '../schema.ts'

/**
 * Gives every name the key that it shares with its look-alikes. One name of each key claims it, so that
 * only one of two look-alikes can be added concurrently. If existing names collide, the older user's name
 * claims the key.
 */
export async function names(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .alterTable('user_names')
    .addColumn('folded', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  await db.schema
    .alterTable('user_names')
    .addColumn('claims', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  const rows = await db
    .selectFrom('user_names')
    .innerJoin('users', 'users.user_id', 'user_names.user_id')
    .select(['user_names.name', 'user_names.written'])
    .orderBy('users.created')
    .orderBy('user_names.position')
    .execute()
  const claimed = new Set<string>()
  for (const { name, written } of rows) {
    const folded = foldedUsername(written)
    const claims = claimed.has(folded) ? 0 : 1
    claimed.add(folded)
    await db.updateTable('user_names').set({ folded, claims }).where('name', '=', name).execute()
  }
  await db.schema.createIndex('user_names_folded').on('user_names').column('folded').execute()
  await db.schema
    .createIndex('user_names_claimed')
    .unique()
    .on('user_names')
    .column('folded')
    .where(sql.ref('claims'), '=', 1)
    .execute()
}
