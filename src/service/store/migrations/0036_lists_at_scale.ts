import { type Kysely, type RawBuilder, sql } from 'kysely'

/** Adds indexes for lists and logs of any size: each filter finds its rows in the order of the list. */
export async function listsAtScale(db: Kysely<unknown>): Promise<void> {
  const index = async (name: string, table: string, columns: readonly string[]): Promise<void> => {
    const listed: RawBuilder<unknown> = sql.join(columns.map((column) => sql.ref(column)))
    await sql`create index ${sql.ref(name)} on ${sql.table(table)} (${listed})`.execute(db)
  }
  await db.schema.dropIndex('user_words_of_user').execute()
  await index('user_words_of_user', 'user_words', ['user_id', 'word'])
  // the same as bypass_codes_by_created
  await db.schema.dropIndex('bypass_codes_created').execute()
  for (const column of ['factor', 'result', 'reason']) {
    await index(`authentication_log_${column}`, 'authentication_log', [column, 'timestamp', 'id'])
  }
  await index('administrator_log_object_id', 'administrator_log', ['object_id', 'timestamp', 'id'])
  await db.schema.dropIndex('administrator_log_object').execute()
  for (const column of ['type', 'result']) {
    await index(`telephony_log_${column}`, 'telephony_log', [column, 'timestamp', 'id'])
  }
}
