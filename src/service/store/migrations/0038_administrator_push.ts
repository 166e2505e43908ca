import type { Kysely } from 'kysely'

/** Keeps the push that a session of an administrator waits for, and the key of the phone it was sent to. */
export async function administratorPush(db: Kysely<unknown>): Promise<void> {
  for (const column of ['push_txid', 'push_key'] as const) {
    await db.schema.alterTable('administrator_sessions').addColumn(column, 'text').execute()
  }
}
