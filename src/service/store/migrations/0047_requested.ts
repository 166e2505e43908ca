import type { Kysely } from 'kysely'

/** When the RADIUS request of a transaction reached its proxy: the beginning of its schedule of retries. */
export async function requested(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('transactions').addColumn('requested', 'bigint').execute()
}
