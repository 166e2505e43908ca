import type { Kysely } from 'kysely'

/** Lists the bypass codes of all users by time. */
export async function bypassCodesByTime(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('bypass_codes_created')
    .on('bypass_codes')
    .columns(['created', 'bypass_code_id'])
    .execute()
}
